// What the metrics say of one certificate that is served.
#pragma once

#include <cstdint>
#include <string>

namespace headgate::observe {

// The labels of ingress-nginx.
struct CertificateSeries {
  std::string namespace_name;  // of the Secret; empty for a generated certificate
  std::string secret_name;
  std::string host;        // "_": the default certificate
  std::string identifier;  // "<serialNumber of the issuer, usually empty>-<serial number>"
  std::string issuer_organization;
  std::string issuer_common_name;
  std::string serial_number;  // decimal
  std::string public_key_algorithm;
  std::int64_t not_after = 0;  // seconds since 1970
};

}  // namespace headgate::observe
