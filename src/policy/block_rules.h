// Whom nobody wants: clients, browsers and referring pages that get 403 from every host (block-cidrs,
// block-user-agents and block-referers of ingress-nginx's ConfigMap). Other than there, lists of a Route do
// not switch them off. Immutable; shared by all threads.
#pragma once

#include <string>

#include "base/cidr.h"
#include "policy/request_view.h"
#include "policy/text_list.h"

namespace headgate::policy {

struct BlockRules {
  CidrList addresses;
  TextList user_agents;
  TextList referers;

  [[nodiscard]] bool empty() const { return addresses.empty() && user_agents.empty() && referers.empty(); }
  // Looked at before anything else about the Route is.
  [[nodiscard]] bool blocks_fields(const RequestView& request) const;
  // Looked at where access begins: redirects are for everybody.
  [[nodiscard]] bool blocks_address(const RequestView& request) const {
    return !addresses.empty() && addresses.contains(request.client());
  }
  void describe(std::string& out) const;  // one line for each list, each with its end
  friend bool operator==(const BlockRules&, const BlockRules&) = default;
};

}  // namespace headgate::policy
