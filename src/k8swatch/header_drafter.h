// The Steps and settings of one Ingress about fields, redirects and cookies, bandwidth and log.
#pragma once

#include <vector>

#include "k8swatch/annotations/headers.h"
#include "k8swatch/finding.h"
#include "k8swatch/policy_drafter.h"

namespace headgate::k8swatch {

// Adds to `policy.settings` and to `chain`, behind the Steps of others. Where a ConfigMap of fields cannot be
// used the policy is denied, and `findings` says why.
void add_header_steps(const Ingress& ingress, const HeaderAnnotations& annotations,
                      const PolicySources& sources, policy::PolicyChain& chain, RoutePolicy& policy,
                      std::vector<Finding>& findings);

}  // namespace headgate::k8swatch
