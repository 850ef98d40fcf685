// Who asks, by name and a digest that only who knows the password can make (RFC 7616; auth-type: digest of
// ingress-nginx). Only qop=auth, and only the algorithm that the user's hash is of. Values shared by all
// threads.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "policy/denial.h"
#include "policy/digest_nonces.h"
#include "policy/digest_users.h"
#include "policy/request_view.h"

namespace headgate::policy {

struct DigestAuth {
  std::shared_ptr<const DigestUsers> users;
  std::shared_ptr<DigestNonces> nonces;  // of the Ingress
  std::string realm;
  std::string source;  // "Secret default/users", for the dump

  // Nothing: it is a user. Counts what it lets pass.
  [[nodiscard]] std::optional<Denial> judge(const RequestView& request) const;
  void describe(std::string& out) const;
  friend bool operator==(const DigestAuth& a, const DigestAuth& b) {
    return *a.users == *b.users && a.nonces == b.nonces && a.realm == b.realm && a.source == b.source;
  }

 private:
  // 401. `stale`: the password was right, the nonce was not: nobody has to be asked for it again.
  [[nodiscard]] Denial challenge(bool stale, TimePoint now) const;
};

}  // namespace headgate::policy
