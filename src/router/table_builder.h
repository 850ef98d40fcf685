// Makes the next RoutingTable out of the previous one and the hosts that changed. Used on the control thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "router/host_draft.h"
#include "router/routing_table.h"

namespace headgate::router {

class TableBuilder {
 public:
  // Begins with an empty table: no host, and the built-in 404 as its default Route.
  TableBuilder();
  // Begins with all of `previous`; unchanged hosts are shared, not copied.
  explicit TableBuilder(const RoutingTable& previous);

  void replace(std::shared_ptr<const VirtualHost> virtual_host);
  void replace(HostDraft draft) { replace(VirtualHost::make(std::move(draft))); }
  void remove(std::string host);
  void set_default_route(std::shared_ptr<const Route> route);
  void set_site(const SiteSettings& site);
  void set_patterns(std::shared_ptr<const HostPatterns> patterns);  // null: none

  // Whether build() would give a table that differs from the one begun with.
  [[nodiscard]] bool has_changes() const { return changed_; }
  // Once.
  [[nodiscard]] std::shared_ptr<const RoutingTable> build(std::uint64_t generation);

  // The built-in default backend.
  static std::shared_ptr<const Route> not_found_route();

 private:
  HostIndex hosts_;
  std::shared_ptr<const VirtualHost> default_host_;
  std::shared_ptr<const Route> default_route_;
  std::shared_ptr<const SiteSettings> site_;
  std::shared_ptr<const HostPatterns> patterns_;
  std::vector<HostChange> changes_;
  bool changed_ = false;
};

}  // namespace headgate::router
