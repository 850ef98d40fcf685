#include "router/routing_table.h"

#include <utility>

namespace headgate::router {

RoutingTable::RoutingTable(HostIndex hosts, std::shared_ptr<const VirtualHost> default_host,
                           std::shared_ptr<const Route> default_route,
                           std::shared_ptr<const SiteSettings> site,
                           std::shared_ptr<const HostPatterns> patterns, std::uint64_t generation)
    : hosts_(std::move(hosts)),
      default_host_(std::move(default_host)),
      default_route_(std::move(default_route)),
      site_(std::move(site)),
      patterns_(std::move(patterns)),
      generation_(generation) {}

Match RoutingTable::match(std::string_view host, std::string_view path) const {
  const VirtualHost* virtual_host = hosts_.find(host);
  if (virtual_host == nullptr && patterns_ != nullptr) virtual_host = patterns_->find(host);
  if (virtual_host == nullptr) virtual_host = default_host_.get();
  const Route* route = virtual_host->find(path);
  const RedirectRules* const redirects =
      route != nullptr ? &route->redirects : &virtual_host->unclaimed_redirects();
  if (route == nullptr || route->action == RouteAction::not_found) route = default_route_.get();
  return {virtual_host, route, redirects};
}

std::shared_ptr<const VirtualHost> RoutingTable::find_host(std::string_view host) const {
  return host == kDefaultHost ? default_host_ : hosts_.find_declared(host);
}

}  // namespace headgate::router
