// The Clusters in use: one for each (namespace, Service, port) that a Route names, with its slot and the
// EndpointSet last published. Control thread only.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "k8swatch/endpoint_translator.h"
#include "k8swatch/finding.h"
#include "k8swatch/slot_pool.h"
#include "k8swatch/store.h"
#include "router/publication.h"

namespace headgate::k8swatch {

class ClusterRegistry {
 public:
  // `store` must outlive this.
  ClusterRegistry(EndpointOptions options, const Store& store);

  // The Cluster of that Service port, made at its first use; every call is one use to be released. `port`:
  // number or name as text, empty for the first port. `name`: empty for "<namespace>-<service>-<port>".
  std::shared_ptr<const router::Cluster> acquire(std::string_view namespace_name, std::string_view service,
                                                 std::string_view port, std::string_view name = {});
  void release(const router::Cluster& cluster);
  // The Service or a slice of it changed: its endpoints are computed again by take_updates().
  void mark_service(std::string_view service_key);
  // Where this Headgate runs has become known or changed; matters with topology_aware alone.
  void set_location(Location location);

  // Every Cluster that is new, gone, or has other endpoints than last told; ordered by slot.
  std::vector<router::ClusterUpdate> take_updates();

  void add_findings(std::vector<Finding>& out) const;
  // Sorted by name; one line for each Cluster with its endpoints.
  [[nodiscard]] std::string dump() const;

 private:
  struct State {
    std::shared_ptr<const router::Cluster> cluster;  // null: the slot is free
    std::shared_ptr<const router::EndpointSet> endpoints;
    std::uint32_t uses = 0;
    std::vector<Finding> findings;
  };

  std::shared_ptr<const router::EndpointSet> compute(State& state) const;
  void forget(router::ClusterSlot slot);

  EndpointOptions options_;
  const Store& store_;
  std::vector<State> states_;                             // by slot
  NameMap<std::vector<router::ClusterSlot>> by_service_;  // by name_key of the Service
  std::set<router::ClusterSlot> touched_;                 // to look at in take_updates()
  SlotPool slots_{0};
};

}  // namespace headgate::k8swatch
