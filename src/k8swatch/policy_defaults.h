// What the ConfigMap says about policies, for Ingresses that say nothing themselves.
#pragma once

#include "base/cidr.h"
#include "k8swatch/config_map_reader.h"
#include "policy/balancing.h"

namespace headgate::k8swatch {

struct PolicyDefaults {
  CidrList allowed;                                                                // whitelist-source-range
  CidrList denied;                                                                 // denylist-source-range
  policy::BalancingAlgorithm balancing = policy::BalancingAlgorithm::round_robin;  // load-balance
  friend bool operator==(const PolicyDefaults&, const PolicyDefaults&) = default;
};

// Bad entries of lists are left out and told.
PolicyDefaults read_policy_defaults(ConfigMapReader& reader);

}  // namespace headgate::k8swatch
