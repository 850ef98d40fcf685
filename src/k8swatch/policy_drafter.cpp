#include "k8swatch/policy_drafter.h"

#include <algorithm>
#include <memory>
#include <utility>

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

// The annotation as the Ingress spells it, with its prefix.
std::string_view spelled(const Ingress& ingress, std::string_view suffix) {
  for (const auto& [name, value] : ingress.metadata.annotations)
    if (name.ends_with(suffix)) return name;
  return suffix.substr(1);
}

// Also of an Ingress whose pods are spoken to in plain text: a Secret that is missing is a mistake there too,
// and ingress-nginx answers 503.
void add_upstream_tls(const Ingress& ingress, const BackendTlsAnnotations& annotations,
                      const PolicySources& sources, RoutePolicy& result, std::vector<Finding>& findings) {
  result.protocol = annotations.protocol;
  auto context = sources.upstream_tls.find(ingress, annotations, sources.store);
  if (context) {
    result.upstream_tls = *std::move(context);
    return;
  }
  result.denied = true;
  findings.push_back({Severity::error, "Ingress " + name_key(ingress.metadata),
                      annotation_field(spelled(ingress, "/proxy-ssl-secret")),
                      context.error().message + "; every path of this Ingress answers 503"});
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
  add_ip_filter(annotations.ip_filter, sources.defaults, chain);
  add_upstream_tls(ingress, annotations.backend_tls, sources, result, findings);
  if (!chain.empty()) result.policy.chain = std::make_shared<const policy::PolicyChain>(std::move(chain));
  return result;
}

}  // namespace headgate::k8swatch
