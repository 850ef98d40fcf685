// From all rules for one host, of however many Ingresses, to its HostDraft: order, conflicts, defaultBackend.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "k8swatch/backend_settings.h"
#include "k8swatch/cluster_registry.h"
#include "k8swatch/finding.h"
#include "k8swatch/policy_drafter.h"
#include "k8swatch/site_settings.h"
#include "k8swatch/store.h"
#include "router/host_draft.h"

namespace headgate::k8swatch {

// What a draft takes from elsewhere; all of it outlives the call.
struct HostSettings {
  const PolicySources& policies;
  const RedirectDefaults& redirects;
  const BackendSettings& backends;
  std::string_view annotation_prefix;
  bool cross_namespace_canaries = false;  // allow-cross-namespace-resources
  bool has_tls = false;      // plain HTTP for the host is redirected, where no Ingress says otherwise
  bool passthrough = false;  // its TLS connections go to the pods of its "/", where there are some
  // Ingresses whose paths are answered with 503.
  const std::set<const Ingress*>& denied;
};

// `rules`: of rules_in_order(). The first to claim a path (Exact apart from Prefix) has it; each later
// claim is a Finding that names the winner. An Ingress's defaultBackend has the paths that nobody claims: it
// is the "/" of the host where no rule is. What is left is redirected to HTTPS as the oldest Ingress of the
// host says, as if it had a path "/" (ingress-nginx's root location). Every Route's Cluster is acquired once
// from `clusters`.
router::HostDraft draft_host(const std::string& host, const std::vector<RuleRef>& rules,
                             const HostSettings& settings, ClusterRegistry& clusters,
                             std::vector<Finding>& findings);

}  // namespace headgate::k8swatch
