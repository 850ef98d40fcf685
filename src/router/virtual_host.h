// All Routes of one host name and the index of their paths. Immutable; shared between table generations and
// by all threads.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "router/host_draft.h"
#include "router/model.h"
#include "router/path_index.h"
#include "router/regex_index.h"

namespace headgate::router {

class VirtualHost {
 public:
  // Exact beats Prefix on the same path. Prefix "/foo" takes "/foo" and "/foo/…"; Prefix "/foo/" takes
  // "/foo/…" and redirects "/foo" to itself unless another Route has "/foo" for its own. A host of
  // expressions (regex_index.h) knows neither kind, and redirects nothing.
  static std::shared_ptr<const VirtualHost> make(HostDraft draft);

  // The same host, which has Routes, under another name, as long as the Clusters of `host` live
  // (server-alias).
  static std::shared_ptr<const VirtualHost> alias_of(const VirtualHost& host, std::string name);

  [[nodiscard]] const std::string& host() const { return host_; }
  // The name it goes by in logs, metrics and $server_name: of an alias that of the host it stands for.
  [[nodiscard]] const std::string& server_name() const { return server_name_; }
  // Ordered by path, then exact ones first; of a host of expressions in the order of precedence.
  [[nodiscard]] const std::vector<Route>& routes() const { return routes_; }
  // Of paths that no Route of this host has.
  [[nodiscard]] const RedirectRules& unclaimed_redirects() const { return unclaimed_redirects_; }
  // Null for most hosts.
  [[nodiscard]] const policy::AppRoot* app_root() const { return app_root_.get(); }
  // Null for most hosts: clients' certificates do not matter.
  [[nodiscard]] const ClientCertificateRule* client_certificate() const { return client_certificate_.get(); }
  // Null for most hosts. Otherwise TLS that ends here is not for this host, and the pods of that Cluster do
  // not speak plain HTTP.
  [[nodiscard]] const std::shared_ptr<const Cluster>& passthrough() const { return passthrough_; }
  // Everything of it but the Clusters' endpoints is equal.
  [[nodiscard]] bool same_as(const VirtualHost& other) const;
  // Empty where the host is one of expressions.
  [[nodiscard]] const PathIndex& paths() const { return paths_; }
  // Null for most hosts: paths are matched as they are written.
  [[nodiscard]] const RegexIndex* expressions() const { return expressions_.get(); }
  // Null: no Route of this host has that path.
  [[nodiscard]] const Route* find(std::string_view path) const {
    const std::uint32_t at = expressions_ == nullptr ? paths_.find(path) : expressions_->find(path);
    return at == PathIndex::kNone ? nullptr : &routes_[at];
  }

 private:
  VirtualHost(HostDraft draft, std::vector<Route> routes, PathIndex paths,
              std::shared_ptr<const RegexIndex> expressions);
  static std::shared_ptr<const VirtualHost> make_with_expressions(HostDraft draft);

  std::string host_;
  std::string server_name_;
  std::vector<Route> routes_;
  RedirectRules unclaimed_redirects_;
  std::shared_ptr<const ClientCertificateRule> client_certificate_;
  std::shared_ptr<const Cluster> passthrough_;
  PathIndex paths_;
  std::shared_ptr<const RegexIndex> expressions_;
  std::shared_ptr<const policy::AppRoot> app_root_;
};

}  // namespace headgate::router
