// Answers every request of a Route with a redirect (permanent-redirect and temporal-redirect of
// ingress-nginx). Before the redirect to HTTPS, and before any check of who asks.
#pragma once

#include <optional>
#include <string>

#include "policy/denial.h"
#include "policy/request_view.h"

namespace headgate::policy {

struct Redirection {
  std::string location;  // as written: an absolute URL, or a path
  int status = 301;      // 300 to 308
  // A `location` that is a path is made absolute with the scheme and host of the request, unless this is set.
  bool relative = false;

  [[nodiscard]] std::optional<Denial> judge(const RequestView& request) const;
  void describe(std::string& out) const;  // " redirect=301:https://…", for the table's dump
  friend bool operator==(const Redirection&, const Redirection&) = default;
};

}  // namespace headgate::policy
