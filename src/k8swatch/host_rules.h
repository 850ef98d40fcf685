// The rules of one host in the order in which they count, and the namespace whose the host is.
#pragma once

#include <string>
#include <vector>

#include "k8swatch/ingress_class.h"
#include "k8swatch/store.h"

namespace headgate::k8swatch {

// Sorts rules the oldest Ingress first; of the same second, "namespace/name" descending (as ingress-nginx
// does); within one Ingress in its own order. An Ingress without creation time is older than any other.
void sort_by_age(std::vector<RuleRef>& rules);
// Whether sort_by_age() puts `a` before `b`.
bool comes_before(const RuleRef& a, const RuleRef& b);

// The rules for `host` of the Ingresses that are taken, sorted. View what the Store holds.
std::vector<RuleRef> rules_in_order(const Store& store, const IngressClassRules& classes,
                                    const std::string& host);

// Each Ingress of sorted rules once, in order.
std::vector<const Ingress*> ingresses_of(const std::vector<RuleRef>& rules);

// Whether the host of `oldest` is that of `ingress` too: a host belongs to the namespace of the oldest
// Ingress with a rule for it, which alone decides about its TLS (docs/decisions/0008-hosts-have-owners.md).
bool owns_host_with(const Ingress& ingress, const Ingress& oldest);

// For Findings on Ingresses of other namespaces.
std::string not_the_owner(const std::string& host, const Ingress& oldest);

}  // namespace headgate::k8swatch
