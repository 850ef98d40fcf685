// What an Ingress, or the ConfigMap for all, says about errors that a default backend words.
#pragma once

#include <vector>

#include "k8swatch/config_map_reader.h"
#include "k8swatch/policy_drafter.h"

namespace headgate::k8swatch {

void add_error_pages(const Ingress& ingress, const ErrorPagesAnnotations& annotations,
                     const PolicyDefaults& defaults, policy::PolicyChain& chain, RoutePolicy& result);

}  // namespace headgate::k8swatch
