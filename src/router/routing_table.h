// The immutable snapshot that answers "which Route serves this host and path?". Shared by all threads, deeply
// const.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "router/host_index.h"
#include "router/host_patterns.h"
#include "router/site_settings.h"
#include "router/virtual_host.h"

namespace headgate::router {

// Where a request goes. Nothing of it is ever null.
struct Match {
  const VirtualHost* host;
  const Route* route;
  // Of the path that matched, even where the default Route answers for it; of the host, where none matched.
  const RedirectRules* redirects;
};

class RoutingTable {
 public:
  // Made by TableBuilder. `default_host` ("_") holds the rules without host, `default_route` is the default
  // backend; none is null.
  RoutingTable(HostIndex hosts, std::shared_ptr<const VirtualHost> default_host,
               std::shared_ptr<const Route> default_route, std::shared_ptr<const SiteSettings> site,
               std::shared_ptr<const HostPatterns> patterns, std::uint64_t generation);

  // `host`: lower case, without port and without trailing dot; may be empty (HTTP/1.0). `path`: the
  // normalised path (http::Target::match_path). Exact host beats one-label wildcard beats regular
  // expression beats the default host; then, inside that one host only, exact path beats longest prefix. A
  // path nobody claims there, or claimed for RouteAction::not_found, gets the default Route.
  [[nodiscard]] Match match(std::string_view host, std::string_view path) const;

  [[nodiscard]] std::uint64_t generation() const { return generation_; }
  [[nodiscard]] const HostIndex& hosts() const { return hosts_; }
  [[nodiscard]] const VirtualHost& default_host() const { return *default_host_; }
  [[nodiscard]] const Route& default_route() const { return *default_route_; }
  [[nodiscard]] const SiteSettings& site() const { return *site_; }
  // Null for most tables.
  [[nodiscard]] const HostPatterns* patterns() const { return patterns_.get(); }
  // "_" names the default host, "*.x" a wildcard; null where the table has no such host.
  [[nodiscard]] std::shared_ptr<const VirtualHost> find_host(std::string_view host) const;

 private:
  friend class TableBuilder;

  HostIndex hosts_;
  std::shared_ptr<const VirtualHost> default_host_;
  std::shared_ptr<const Route> default_route_;
  std::shared_ptr<const SiteSettings> site_;
  std::shared_ptr<const HostPatterns> patterns_;
  std::uint64_t generation_;
};

}  // namespace headgate::router
