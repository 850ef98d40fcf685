// A VirtualHost under construction: what the control plane fills in and VirtualHost::make() turns into its
// final, immutable form.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "policy/app_root.h"
#include "router/client_certificate_rule.h"
#include "router/model.h"

namespace headgate::router {

// One text that a path may begin with, case ignored: a location "~* ^text" of nginx.
struct RouteExpression {
  std::string text;            // without '^'
  policy::PatternRef pattern;  // of "^text"; null: plain text but for '.', which is any byte
};

struct RouteDraft {
  Route route;
  std::string match_path;  // route.path in the normal form of http::Target::match_path
  // None: `match_path` is matched as it is. All paths of one namespace have some, or none has.
  std::vector<RouteExpression> expressions{};
  bool is_guest = false;  // of another namespace than the one whose host it is
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
  // Every path of the host is a regular expression: the namespace whose host it is has asked for it
  // (use-regex, rewrite-target). Where a guest has, those of its own namespace are.
  bool has_expressions = false;
  std::shared_ptr<const policy::AppRoot> app_root{};  // null: none
};

}  // namespace headgate::router
