#include "k8swatch/policy_drafter.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <utility>

#include "k8swatch/header_drafter.h"
#include "k8swatch/name_key.h"

namespace headgate::k8swatch {
namespace {

void add_ip_filter(const IpFilterAnnotations& annotations, const PolicyDefaults& defaults,
                   policy::PolicyChain& chain) {
  policy::IpFilter filter;
  filter.denied = annotations.denied.value_or(defaults.denied);
  filter.allowed = annotations.allowed.value_or(defaults.allowed);
  if (!filter.denied.empty() || !filter.allowed.empty()) chain.access.emplace_back(std::move(filter));
}

void add_limits(const Ingress& ingress, const LimitAnnotations& limits, const PolicySources& sources,
                policy::PolicyChain& chain) {
  if (limits.connections == 0 && limits.per_second == 0 && limits.per_minute == 0) return;
  const LimitDefaults& defaults = sources.defaults.limits;
  const auto zone = sources.limit_zones.zone_of(name_key(ingress.metadata));
  const policy::LimitedClients clients{defaults.key, limits.exempt};
  if (limits.connections != 0)
    chain.access.emplace_back(policy::ConnectionLimit{zone, limits.connections, clients,
                                                      static_cast<int>(defaults.connection_status)});
  if (limits.per_second == 0 && limits.per_minute == 0) return;
  const auto bucket = [&](std::uint32_t count, std::chrono::seconds time) {
    return policy::RateBucket::requests(count, time, count * limits.burst_multiplier);
  };
  chain.access.emplace_back(policy::RateLimit{zone,
                                              {bucket(limits.per_second, std::chrono::seconds(1)),
                                               bucket(limits.per_minute, std::chrono::minutes(1))},
                                              clients,
                                              static_cast<int>(defaults.rate_status)});
}

void add_cors(const IngressAnnotations& annotations, policy::PolicyChain& chain) {
  if (!annotations.cors) return;
  const policy::Cors cors(*annotations.cors);
  chain.answer.emplace_back(cors);
  chain.entry.emplace_back(policy::CorsPreflight{cors});
}

}  // namespace

RoutePolicy draft_policy(const Ingress& ingress, const IngressAnnotations& annotations,
                         const PolicySources& sources, std::vector<Finding>& findings) {
  RoutePolicy result;
  result.settings = sources.settings;
  result.denied = std::any_of(
      annotations.problems.begin(), annotations.problems.end(),
      [](const AnnotationProblem& problem) { return problem.outcome == OnInvalid::deny_location; });
  // The order is that in which requests meet them.
  policy::PolicyChain chain;
  add_cors(annotations, chain);
  add_limits(ingress, annotations.limits, sources, chain);
  add_ip_filter(annotations.ip_filter, sources.defaults, chain);
  add_header_steps(ingress, annotations.headers, sources, chain, result, findings);
  if (!chain.empty()) result.policy.chain = std::make_shared<const policy::PolicyChain>(std::move(chain));
  return result;
}

}  // namespace headgate::k8swatch
