// The Steps of the annotations about routing, rewriting and redirects.
#pragma once

#include "k8swatch/annotations/ingress_annotations.h"
#include "k8swatch/policy_drafter.h"
#include "policy/chain.h"

namespace headgate::k8swatch {

// Each appends to `chain`, in the order in which requests meet its Steps there.
void add_entry_steps(const IngressAnnotations& annotations, const PolicySources& sources,
                     policy::PolicyChain& chain);
void add_routing_request_steps(const IngressAnnotations& annotations, policy::PolicyChain& chain);

}  // namespace headgate::k8swatch
