#include "k8swatch/canary_drafter.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "base/quoted.h"
#include "k8swatch/name_key.h"
#include "router/backend_choice.h"

namespace headgate::k8swatch {
namespace {

bool same_kind(router::PathType a, router::PathType b) {
  return (a == router::PathType::exact) == (b == router::PathType::exact);
}

// Empty: the Route may have it.
std::string why_not(const CanaryClaim& claim, const router::RouteDraft* primary, bool any_namespace) {
  if (primary == nullptr) return "no Ingress that is no canary has this path with this type";
  const router::Route& route = primary->route;
  const std::string whose = "Ingress " + name_key(route.namespace_name, route.ingress);
  if (route.cluster == nullptr || claim.service.empty()) return "it takes a Service on both sides";
  if (!any_namespace && route.namespace_name != claim.ingress.metadata.namespace_name)
    return "the path is that of " + whose +
           ", of another namespace, and allow-cross-namespace-resources is not set";
  if (route.namespace_name == claim.ingress.metadata.namespace_name &&
      route.cluster->service == claim.service && route.cluster->port == claim.port)
    return whose + " sends its requests to the same Service";
  return {};
}

}  // namespace

void add_canary(const CanaryClaim& claim, router::HostDraft& draft, bool any_namespace,
                ClusterRegistry& clusters, std::vector<Finding>& findings) {
  const auto primary =
      std::find_if(draft.routes.begin(), draft.routes.end(), [&](const router::RouteDraft& each) {
        return each.match_path == claim.match_path && same_kind(each.route.path_type, claim.type);
      });
  router::RouteDraft* const found = primary == draft.routes.end() ? nullptr : &*primary;
  if (const std::string reason = why_not(claim, found, any_namespace); !reason.empty()) {
    findings.push_back({Severity::error, "Ingress " + name_key(claim.ingress.metadata), claim.field,
                        "host '" + draft.host + "' path " + quoted(claim.match_path) +
                            " gets nothing as a canary: " + reason});
    return;
  }
  router::Route& route = found->route;
  router::Alternative canary;
  canary.cluster = clusters.acquire(
      {claim.ingress.metadata.namespace_name, claim.service, claim.port, {}, claim.by_cluster_ip});
  canary.rule = claim.rule;
  canary.balancing = claim.balancing;
  canary.namespace_name = claim.ingress.metadata.namespace_name;
  canary.ingress = claim.ingress.metadata.name;
  auto choice = route.backends.choice != nullptr
                    ? std::make_shared<router::BackendChoice>(*route.backends.choice)
                    : std::make_shared<router::BackendChoice>();
  // Sessions are the primary's, so that who met the canary is known again.
  if (!claim.apart_from_primary) canary.balancing.affinity = choice->balancing.affinity;
  choice->alternatives.push_back(std::move(canary));
  route.backends.choice = std::move(choice);
}

}  // namespace headgate::k8swatch
