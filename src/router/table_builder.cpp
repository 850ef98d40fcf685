#include "router/table_builder.h"

#include <utility>

namespace headgate::router {

TableBuilder::TableBuilder()
    : default_host_(VirtualHost::make({std::string(kDefaultHost), {}})),
      default_route_(not_found_route()),
      site_(std::make_shared<const SiteSettings>()) {}

TableBuilder::TableBuilder(const RoutingTable& previous)
    : hosts_(previous.hosts_),
      default_host_(previous.default_host_),
      default_route_(previous.default_route_),
      site_(previous.site_),
      patterns_(previous.patterns_) {}

std::shared_ptr<const Route> TableBuilder::not_found_route() {
  Route route;
  route.action = RouteAction::not_found;
  route.path = "/";
  route.slot = kDefaultRouteSlot;
  return std::make_shared<const Route>(std::move(route));
}

void TableBuilder::set_default_route(std::shared_ptr<const Route> route) {
  if (*route == *default_route_) return;
  changed_ = true;
  default_route_ = std::move(route);
}

void TableBuilder::set_site(const SiteSettings& site) {
  if (site == *site_) return;
  changed_ = true;
  site_ = std::make_shared<const SiteSettings>(site);
}

void TableBuilder::set_patterns(std::shared_ptr<const HostPatterns> patterns) {
  if (patterns == patterns_) return;
  changed_ = true;
  patterns_ = std::move(patterns);
}

void TableBuilder::replace(std::shared_ptr<const VirtualHost> virtual_host) {
  changed_ = true;
  if (virtual_host->host() == kDefaultHost) {
    default_host_ = std::move(virtual_host);
    return;
  }
  std::string host = virtual_host->host();
  changes_.push_back({std::move(host), std::move(virtual_host)});
}

void TableBuilder::remove(std::string host) {
  changed_ = true;
  if (host == kDefaultHost) {
    default_host_ = VirtualHost::make({std::move(host), {}});
    return;
  }
  changes_.push_back({std::move(host), nullptr});
}

std::shared_ptr<const RoutingTable> TableBuilder::build(std::uint64_t generation) {
  HostIndex hosts = changes_.empty() ? std::move(hosts_) : hosts_.with(changes_);
  return std::make_shared<const RoutingTable>(std::move(hosts), std::move(default_host_),
                                              std::move(default_route_), std::move(site_),
                                              std::move(patterns_), generation);
}

}  // namespace headgate::router
