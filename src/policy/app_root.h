// Where a host's "/" leads (app-root of ingress-nginx): before the redirect to HTTPS, and before any check of
// who asks. Of a whole host, whichever Route has its "/".
#pragma once

#include <optional>
#include <string>

#include "policy/denial.h"
#include "policy/request_view.h"
#include "policy/template.h"

namespace headgate::policy {

struct AppRoot {
  Template path;  // begins with '/'

  // 302 for the path "/" alone, whatever its query; to the host and port that the client named.
  [[nodiscard]] std::optional<Denial> judge(const RequestView& request) const;
  friend bool operator==(const AppRoot&, const AppRoot&) = default;
};

}  // namespace headgate::policy
