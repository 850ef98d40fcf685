// The Step of the auth service that an Ingress, or the ConfigMap for all, asks for.
#pragma once

#include <vector>

#include "k8swatch/policy_drafter.h"

namespace headgate::k8swatch {

// Adds it to `chain` and its Cluster to `result.others`; what cannot be done denies the paths.
void add_external_auth(const Ingress& ingress, const ExternalAuthAnnotations& annotations,
                       const PolicySources& sources, policy::PolicyChain& chain, RoutePolicy& result,
                       std::vector<Finding>& findings);

}  // namespace headgate::k8swatch
