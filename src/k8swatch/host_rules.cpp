#include "k8swatch/host_rules.h"

#include <algorithm>

#include "k8swatch/name_key.h"

namespace headgate::k8swatch {

bool comes_before(const RuleRef& a, const RuleRef& b) {
  if (a.ingress == b.ingress) return a.rule < b.rule;
  const Metadata& x = a.ingress->metadata;
  const Metadata& y = b.ingress->metadata;
  if (x.creation_time != y.creation_time) return x.creation_time < y.creation_time;
  return name_key(x) > name_key(y);
}

void sort_by_age(std::vector<RuleRef>& rules) { std::sort(rules.begin(), rules.end(), comes_before); }

std::vector<RuleRef> rules_in_order(const Store& store, const IngressClassRules& classes,
                                    const std::string& host) {
  std::vector<RuleRef> rules = store.rules_of(host);
  std::erase_if(rules, [&classes](const RuleRef& ref) { return !classes.takes(*ref.ingress); });
  sort_by_age(rules);
  return rules;
}

std::vector<const Ingress*> ingresses_of(const std::vector<RuleRef>& rules) {
  std::vector<const Ingress*> found;
  for (const RuleRef& ref : rules)
    if (found.empty() || found.back() != ref.ingress) found.push_back(ref.ingress);
  return found;
}

bool owns_host_with(const Ingress& ingress, const Ingress& oldest) {
  return ingress.metadata.namespace_name == oldest.metadata.namespace_name;
}

std::string not_the_owner(const std::string& host, const Ingress& oldest) {
  return "host '" + host + "' belongs to namespace '" + oldest.metadata.namespace_name + "' (Ingress " +
         name_key(oldest.metadata) + " comes first), which alone decides about its TLS";
}

}  // namespace headgate::k8swatch
