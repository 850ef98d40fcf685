#include "k8swatch/policy_drafter.h"

#include <algorithm>
#include <memory>
#include <utility>

namespace headgate::k8swatch {
namespace {

void add_ip_filter(const IpFilterAnnotations& annotations, const PolicyDefaults& defaults,
                   policy::PolicyChain& chain) {
  policy::IpFilter filter;
  filter.denied = annotations.denied.value_or(defaults.denied);
  filter.allowed = annotations.allowed.value_or(defaults.allowed);
  if (!filter.denied.empty() || !filter.allowed.empty()) chain.access.emplace_back(std::move(filter));
}

}  // namespace

RoutePolicy draft_policy(const Ingress&, const IngressAnnotations& annotations, const PolicySources& sources,
                         std::vector<Finding>&) {
  RoutePolicy result;
  result.settings = sources.settings;
  apply(annotations.proxying, result.settings);
  result.denied = std::any_of(
      annotations.problems.begin(), annotations.problems.end(),
      [](const AnnotationProblem& problem) { return problem.outcome == OnInvalid::deny_location; });
  result.balancing = balancing_of(annotations.balancing, sources.defaults.balancing);
  // The order is that in which requests meet them.
  policy::PolicyChain chain;
  add_ip_filter(annotations.ip_filter, sources.defaults, chain);
  if (!chain.empty()) result.policy.chain = std::make_shared<const policy::PolicyChain>(std::move(chain));
  return result;
}

}  // namespace headgate::k8swatch
