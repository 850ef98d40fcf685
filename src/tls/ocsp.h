// OCSP (RFC 6960) without the fetching: what to ask whom about a certificate, and whether an answer may be
// stapled to handshakes. The control plane's work; it gives the staple to Certificate::set_staple.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "tls/certificate.h"

namespace headgate::tls {

// An answer larger than this is refused; real ones are below 4 KiB.
inline constexpr std::size_t kMostOcspResponse = std::size_t{16} * 1024;

// Immutable; shared by all threads.
struct OcspStaple {
  std::string response;          // DER, as received
  std::int64_t this_update = 0;  // seconds since 1970
  std::int64_t next_update =
      0;  // not given to clients from then on; an hour from now where the answer has none
};

struct OcspRequest {
  std::string url;   // of the responder, as the certificate names it: "http://host/path"
  std::string body;  // DER; to be sent by POST as application/ocsp-request
};

// Fails where the certificate names no responder, or its issuer is not in the chain.
Result<OcspRequest> make_ocsp_request(const Certificate& certificate);

// Judges the answer to that request: of this certificate, signed by its issuer or in its name, in time at
// `now` (seconds since 1970), and "good". Fails otherwise, with what is wrong.
Result<std::shared_ptr<const OcspStaple>> read_ocsp_response(const Certificate& certificate,
                                                             std::string_view response, std::int64_t now);

}  // namespace headgate::tls
