// From all rules for one host, of however many Ingresses, to its HostDraft: order, conflicts, defaultBackend.
#pragma once

#include <string>
#include <vector>

#include "k8swatch/cluster_registry.h"
#include "k8swatch/finding.h"
#include "k8swatch/store.h"
#include "router/host_draft.h"

namespace headgate::k8swatch {

// Sorts rules the oldest Ingress first; of the same second, "namespace/name" descending (as ingress-nginx
// does); within one Ingress in its own order. An Ingress without creation time is older than any other.
void sort_by_age(std::vector<RuleRef>& rules);

// `rules`: the taken ones, sorted. The first to claim a path (Exact apart from Prefix) has it; each later
// claim is a Finding that names the winner. An Ingress's defaultBackend has the paths that nobody claims: it
// is the
// "/" of the host where no rule is. Every Route's Cluster is acquired once from `clusters`.
router::HostDraft draft_host(const std::string& host, const std::vector<RuleRef>& rules,
                             const router::RouteSettings& settings, ClusterRegistry& clusters,
                             std::vector<Finding>& findings);

}  // namespace headgate::k8swatch
