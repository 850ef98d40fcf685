// A VirtualHost under construction: what the control plane fills in and VirtualHost::make() turns into its
// final, immutable form.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "router/client_certificate_rule.h"
#include "router/model.h"

namespace headgate::router {

struct RouteDraft {
  Route route;
  std::string match_path;  // route.path in the normal form of http::Target::match_path
};

// Routes in order of precedence: where two want the same path, the first one has it.
struct HostDraft {
  std::string host;  // lower case; "*.x" for a one-label wildcard, "_" for requests of no known host
  std::vector<RouteDraft> routes;
  RedirectRules unclaimed_redirects{};  // of paths that no Route has
  std::shared_ptr<const ClientCertificateRule> client_certificate{};
  // Whose pods get its TLS connections unopened (ssl-passthrough): the Cluster of its "/". Null: TLS ends
  // here.
  std::shared_ptr<const Cluster> passthrough{};
};

}  // namespace headgate::router
