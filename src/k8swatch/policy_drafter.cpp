#include "k8swatch/policy_drafter.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <utility>

#include "k8swatch/error_pages_drafter.h"
#include "k8swatch/external_auth_drafter.h"
#include "k8swatch/header_drafter.h"
#include "k8swatch/name_key.h"
#include "k8swatch/password_drafter.h"
#include "k8swatch/routing_policy.h"

namespace headgate::k8swatch {
namespace {

// The annotation as the Ingress spells it, with its prefix.
std::string_view spelled(const Ingress& ingress, std::string_view suffix) {
  for (const auto& [name, value] : ingress.metadata.annotations)
    if (name.ends_with(suffix)) return name;
  return suffix.substr(1);
}

// The deny list counts in any case.
void add_deny_list(const IpFilterAnnotations& annotations, const PolicyDefaults& defaults,
                   policy::PolicyChain& chain) {
  const CidrList& denied = annotations.denied ? *annotations.denied : defaults.denied;
  if (!denied.empty()) chain.access.emplace_back(policy::IpFilter{denied, {}});
}

void add_allow_list(const IpFilterAnnotations& annotations, const PolicyDefaults& defaults,
                    policy::PolicyChain& chain) {
  const CidrList& allowed = annotations.allowed ? *annotations.allowed : defaults.allowed;
  if (!allowed.empty())
    chain.access.emplace_back(policy::IpFilter{{}, allowed});
  else if (!annotations.allowed && defaults.allows_nobody)
    chain.access.emplace_back(policy::IpFilter{CidrList::everyone(), {}});
}

void add_passwords(const Ingress& ingress, const AuthenticationAnnotations& annotations,
                   const PolicySources& sources, policy::PolicyChain& chain, RoutePolicy& result,
                   std::vector<Finding>& findings) {
  PasswordDraft draft = draft_passwords(ingress, annotations, sources, findings);
  result.denied |= draft.denied;
  if (draft.basic)
    chain.access.emplace_back(*std::move(draft.basic));
  else if (draft.digest)
    chain.access.emplace_back(*std::move(draft.digest));
  else
    return;
  chain.request.emplace_back(policy::WithheldCredentials());
}

void add_mirror(const std::optional<MirrorAnnotations>& annotations, policy::PolicyChain& chain,
                const PolicySources& sources, const Ingress& ingress, RoutePolicy& result,
                std::vector<Finding>& findings) {
  if (!annotations) return;
  const auto place = add_other(annotations->service, sources.upstream_tls, result);
  if (!place) {
    findings.push_back({Severity::warning, "Ingress " + name_key(ingress.metadata),
                        annotation_field(spelled(ingress, "/mirror-target")),
                        place.error().message + "; nothing is mirrored"});
    return;
  }
  chain.mirror = annotations->mirror;
  chain.mirror->cluster = *place;
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

void add_tracing(const Ingress& ingress, const TracingAnnotations& annotations,
                 const TracingDefaults& defaults, policy::PolicyChain& chain,
                 std::vector<Finding>& findings) {
  if (!annotations.enabled.value_or(defaults.enabled)) return;
  chain.tracing = defaults.routes;
  if (annotations.trusts_parent) chain.tracing->trusts_parent = *annotations.trusts_parent;
  if (!annotations.operation_name.empty())
    chain.tracing->operation_name = policy::Template::literal(annotations.operation_name);
  if (annotations.enabled && !defaults.has_collector)
    findings.push_back({Severity::warning, "Ingress " + name_key(ingress.metadata),
                        annotation_field(spelled(ingress, "/enable-opentelemetry")),
                        "sends no spans while the ConfigMap's otlp-collector-host names no collector; pods "
                        "are told of their traces"});
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

Result<std::uint32_t> add_other(const SideBackend& backend, UpstreamTls& tls, RoutePolicy& policy) {
  OtherBackend other{backend, nullptr};
  if (backend.https) {
    auto context = tls.for_host(backend.host);
    if (!context) return fail(context.error().message);
    other.tls = *std::move(context);
  }
  policy.others.push_back(std::move(other));
  return static_cast<std::uint32_t>(policy.others.size() - 1);
}

RoutePolicy draft_policy(const Ingress& ingress, const IngressAnnotations& annotations,
                         const PolicySources& sources, Authentication authentication,
                         std::vector<Finding>& findings) {
  RoutePolicy result;
  result.settings = sources.settings;
  apply(annotations.proxying, result.settings);
  result.denied = std::any_of(
      annotations.problems.begin(), annotations.problems.end(),
      [](const AnnotationProblem& problem) { return problem.outcome == OnInvalid::deny_location; });
  result.balancing = balancing_of(annotations.balancing, sources.defaults.balancing);
  // The order is that in which requests meet them.
  policy::PolicyChain chain;
  add_cors(annotations, chain);
  add_entry_steps(annotations, sources, chain);
  add_limits(ingress, annotations.limits, sources, chain);
  add_deny_list(annotations.ip_filter, sources.defaults, chain);
  const std::size_t first_of_any = chain.access.size();
  add_allow_list(annotations.ip_filter, sources.defaults, chain);
  if (authentication == Authentication::wanted) {
    add_passwords(ingress, annotations.authentication, sources, chain, result, findings);
    add_external_auth(ingress, annotations.external_auth, sources, chain, result, findings);
  }
  // Last: everything that asks who somebody is stands behind the deny list.
  if (annotations.authentication.satisfy_any && chain.access.size() > first_of_any + 1)
    chain.any_of = first_of_any;
  add_routing_request_steps(annotations, chain);
  add_header_steps(ingress, annotations.headers, sources, chain, result, findings);
  add_error_pages(ingress, annotations.error_pages, sources.defaults, chain, result);
  add_mirror(annotations.mirror, chain, sources, ingress, result, findings);
  add_tracing(ingress, annotations.tracing, sources.defaults.tracing, chain, findings);
  add_upstream_tls(ingress, annotations.backend_tls, sources, result, findings);
  if (!chain.empty()) result.policy.chain = std::make_shared<const policy::PolicyChain>(std::move(chain));
  return result;
}

}  // namespace headgate::k8swatch
