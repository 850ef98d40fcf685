// Puts canaries beside the Routes they take requests of.
#pragma once

#include <string>
#include <vector>

#include "k8swatch/cluster_registry.h"
#include "k8swatch/finding.h"
#include "k8swatch/objects.h"
#include "policy/balancing.h"
#include "policy/canary_rule.h"
#include "router/host_draft.h"

namespace headgate::k8swatch {

// One path of one canary Ingress.
struct CanaryClaim {
  const Ingress& ingress;
  policy::CanaryRule rule;
  policy::Balancing balancing;      // its own
  bool apart_from_primary = false;  // it has no part in the primary's sessions
  router::PathType type;
  std::string match_path;  // normal form
  std::string service;     // empty: a resource
  std::string port;
  bool by_cluster_ip = false;
  std::string field;  // for Findings
};

// To the Route of `draft` with the same path and type (Exact apart from the others), behind the canaries that
// it has. Its Cluster is acquired once from `clusters`. Not taken, which is one Finding: no such Route, a
// Route of another namespace (unless `any_namespace`: whoever may take requests of a path may as well have
// the path), the same Service, or no Service on either side.
void add_canary(const CanaryClaim& claim, router::HostDraft& draft, bool any_namespace,
                ClusterRegistry& clusters, std::vector<Finding>& findings);

}  // namespace headgate::k8swatch
