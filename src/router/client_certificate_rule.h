// What one host asks of its clients' certificates: how handshakes judge them, and what follows for requests.
// Immutable; shared between table generations and by all threads.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "policy/client_certificate.h"
#include "tls/client_auth.h"

namespace headgate::router {

struct ClientCertificateRule {
  policy::ClientCertificateRule policy;
  // By which the host's connections are judged. Null: its clients are not asked for a certificate.
  std::shared_ptr<const tls::ClientAuth> auth;
  // Where it comes from, and what of it `auth` does not tell, for `explain`.
  std::string namespace_name;
  std::string ingress;
  std::string secret;  // "namespace/name"
  std::uint32_t depth = 1;

  // A request for the host may be judged by what `judged_by` (null: nothing) found out about its connection.
  [[nodiscard]] bool accepts(const tls::ClientAuth* judged_by) const {
    return auth == nullptr || auth.get() == judged_by ||
           (judged_by != nullptr && auth->digest() == judged_by->digest());
  }
  friend bool operator==(const ClientCertificateRule& a, const ClientCertificateRule& b) {
    return a.policy == b.policy && a.namespace_name == b.namespace_name && a.ingress == b.ingress && a.secret == b.secret && a.depth == b.depth &&
           (a.auth == b.auth ||
            (a.auth != nullptr && b.auth != nullptr && a.auth->digest() == b.auth->digest()));
  }
};

}  // namespace headgate::router
