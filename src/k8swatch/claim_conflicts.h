// Which paths of an Ingress that is about to be written somebody has already: ingress-nginx's rules for its
// admission webhook, and ours between namespaces. Pure; control thread only.
#pragma once

#include <string_view>
#include <vector>

#include "k8swatch/finding.h"
#include "k8swatch/ingress_class.h"
#include "k8swatch/store.h"

namespace headgate::k8swatch {

// One error for each path of `candidate` that another taken Ingress of any namespace serves now: the same
// host and the same path in its normal form. What an older version of `candidate` serves is its own. A Prefix
// path meets an Exact one, an Exact path meets only Exact ones (it may be put beside a Prefix) of its own
// namespace; of other namespaces each path meets those of contested_prefixes(), too. Two Ingresses of which
// one carries the annotation canary do not meet, unless it is true in both. Resource backends are not looked
// at. A path that `candidate` holds twice is an error too. `annotation_prefix`: without '/'.
std::vector<Finding> find_claim_conflicts(const Ingress& candidate, const Store& store,
                                          const IngressClassRules& classes,
                                          std::string_view annotation_prefix);

}  // namespace headgate::k8swatch
