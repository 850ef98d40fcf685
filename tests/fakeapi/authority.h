// The double's own certificate authority and server certificate, made at run time.
#pragma once

#include <string>

namespace headgate::fakeapi {

struct ServerCertificate {
  std::string ca;     // PEM
  std::string chain;  // PEM
  std::string key;    // PEM
};

// A new authority and a certificate of it for localhost, kubernetes.default.svc, 127.0.0.1 and ::1.
ServerCertificate make_server_certificate();

}  // namespace headgate::fakeapi
