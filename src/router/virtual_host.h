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

namespace headgate::router {

class VirtualHost {
 public:
  // Exact beats Prefix on the same path. Prefix "/foo" takes "/foo" and "/foo/…"; Prefix "/foo/" takes
  // "/foo/…" and redirects "/foo" to itself unless another Route has "/foo" for its own.
  static std::shared_ptr<const VirtualHost> make(HostDraft draft);

  [[nodiscard]] const std::string& host() const { return host_; }
  // Ordered by path, then exact ones first.
  [[nodiscard]] const std::vector<Route>& routes() const { return routes_; }
  // Of paths that no Route of this host has.
  [[nodiscard]] const RedirectRules& unclaimed_redirects() const { return unclaimed_redirects_; }
  // Null for most hosts: clients' certificates do not matter.
  [[nodiscard]] const ClientCertificateRule* client_certificate() const { return client_certificate_.get(); }
  // Null for most hosts. Otherwise TLS that ends here is not for this host, and the pods of that Cluster do
  // not speak plain HTTP.
  [[nodiscard]] const std::shared_ptr<const Cluster>& passthrough() const { return passthrough_; }
  // Everything of it but the Clusters' endpoints is equal.
  [[nodiscard]] bool same_as(const VirtualHost& other) const;
  [[nodiscard]] const PathIndex& paths() const { return paths_; }
  // Null: no Route of this host has that path.
  [[nodiscard]] const Route* find(std::string_view path) const {
    const std::uint32_t at = paths_.find(path);
    return at == PathIndex::kNone ? nullptr : &routes_[at];
  }

 private:
  VirtualHost(HostDraft draft, std::vector<Route> routes, PathIndex paths);

  std::string host_;
  std::vector<Route> routes_;
  RedirectRules unclaimed_redirects_;
  std::shared_ptr<const ClientCertificateRule> client_certificate_;
  std::shared_ptr<const Cluster> passthrough_;
  PathIndex paths_;
};

}  // namespace headgate::router
