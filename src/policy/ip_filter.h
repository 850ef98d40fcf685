// Who may ask at all, by address: the deny list first, then the allow list (denylist-source-range and
// allowlist-source-range of ingress-nginx).
#pragma once

#include <optional>
#include <string>

#include "base/cidr.h"
#include "policy/denial.h"
#include "policy/request_view.h"

namespace headgate::policy {

struct IpFilter {
  CidrList denied;
  CidrList allowed;  // empty: everyone who is not denied

  [[nodiscard]] std::optional<Denial> judge(const RequestView& request) const;
  void describe(std::string& out) const;  // " deny=10.0.0.0/8 allow=…"
  friend bool operator==(const IpFilter&, const IpFilter&) = default;
};

}  // namespace headgate::policy
