// All Routes of one host name and the index of their paths. Immutable; shared between table generations and
// by all threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "router/guest_paths.h"
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
  // Ordered by path, then exact ones first; then those that are expressions.
  [[nodiscard]] const std::vector<Route>& routes() const { return routes_; }
  // So many of them, from the first on, are matched as they are written.
  [[nodiscard]] std::size_t literal_routes() const { return path_sizes_.size(); }
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
  // Null for most hosts: paths are matched as they are written. Otherwise those of the namespace whose host
  // it is.
  [[nodiscard]] const RegexIndex* expressions() const { return expressions_.get(); }
  // Null for most hosts: no other namespace has expressions there.
  [[nodiscard]] const GuestPaths* guests() const { return guests_.get(); }
  // Null: no Route of this host has that path.
  [[nodiscard]] const Route* find(std::string_view path) const {
    const std::uint32_t at = guests_ != nullptr        ? find_among_guests(path)
                             : expressions_ == nullptr ? paths_.find(path)
                                                       : expressions_->find(path);
    return at == PathIndex::kNone ? nullptr : &routes_[at];
  }

 private:
  explicit VirtualHost(HostDraft& draft);  // all but routes
  void add_literal(std::vector<RouteDraft> drafts);
  void add_expressions(std::vector<RouteDraft> drafts);
  [[nodiscard]] std::uint32_t find_among_guests(std::string_view path) const;

  std::string host_;
  std::string server_name_;
  std::vector<Route> routes_;
  RedirectRules unclaimed_redirects_;
  std::shared_ptr<const ClientCertificateRule> client_certificate_;
  std::shared_ptr<const Cluster> passthrough_;
  PathIndex paths_;
  std::shared_ptr<const RegexIndex> expressions_;
  std::shared_ptr<const GuestPaths> guests_;
  std::vector<std::uint32_t> path_sizes_;  // of the Routes that paths_ finds
  std::shared_ptr<const policy::AppRoot> app_root_;
};

}  // namespace headgate::router
