// Which paths of one host two namespaces cannot both have: said once, for what is served (host_drafter.h) and
// for what the admission webhook lets in (claim_conflicts.h).
#pragma once

#include <string>
#include <vector>

namespace headgate::k8swatch {

// The Prefix paths that a claim to `path` would take requests from: it fails where another namespace has one
// of them (docs/tenants.md). Of an Exact path the Prefix path of the same text, of each path the one with a
// '/' more or less at its end. All in their normal form (normalise_ingress_path()).
std::vector<std::string> contested_prefixes(const std::string& path, bool is_exact);

}  // namespace headgate::k8swatch
