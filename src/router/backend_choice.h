// Where the requests of a Route may go beside its own Cluster (canaries), and how endpoints are chosen.
// Immutable; shared by all threads. Null for a Route without canary whose endpoints take turns.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "policy/balancing.h"
#include "policy/canary_rule.h"
#include "policy/request_view.h"
#include "router/model.h"

namespace headgate::router {

// One canary.
struct Alternative {
  std::shared_ptr<const Cluster> cluster;
  policy::CanaryRule rule;
  policy::Balancing balancing;
  // Labels for the dump: the canary's Ingress.
  std::string namespace_name;
  std::string ingress;
  RouteSlot slot = 0;  // for the series of requests that went there
  friend bool operator==(const Alternative&, const Alternative&) = default;  // the Cluster by identity
};

struct BackendChoice {
  policy::Balancing balancing;            // of the Route's own Cluster
  std::vector<Alternative> alternatives;  // in order of precedence
  friend bool operator==(const BackendChoice&, const BackendChoice&) = default;
};

// What session cookies call a Cluster, to tell a canary from its primary: the same in every replica.
std::string session_tag(const Cluster& cluster);

// The canary that a request to `primary` is for, or null: a session of the primary's first, then sessions of
// the canaries', then their headers and cookies in turn, then the weights, which add up. A "never" for one
// canary leaves the others. `random`: 32 bits, each time others.
const Alternative* choose_alternative(const BackendChoice& choice, const Cluster& primary,
                                      const policy::RequestView& request, std::uint32_t random);

// All of it, for the dump.
std::string to_string(const BackendChoice& choice);

}  // namespace headgate::router
