// What the control plane hands to every Worker: the message between the two halves of Headgate.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "router/listener_settings.h"
#include "router/model.h"
#include "router/passthrough_index.h"
#include "router/routing_table.h"
#include "tls/certificate_index.h"

namespace headgate::router {

// A Cluster that is new or whose endpoints changed; `endpoints` null: the Cluster is gone and its slot is
// free.
struct ClusterUpdate {
  ClusterSlot slot = 0;
  std::shared_ptr<const Cluster> cluster;
  std::shared_ptr<const EndpointSet> endpoints;
};

// Adopted as a whole, between two batches of events: a Route of `table` never names a slot without a pool.
struct Publication {
  std::uint64_t generation = 0;               // grows by one with every Publication
  std::shared_ptr<const RoutingTable> table;  // null: routes unchanged, endpoints only
  std::vector<ClusterUpdate> clusters;
  std::vector<RouteSlot> removed_routes;  // counters of these slots may be forgotten
  // Each null where it did not change; none is null in the first Publication.
  std::shared_ptr<const ListenerSettings> listeners;
  std::shared_ptr<const tls::CertificateIndex> certificates;
  std::shared_ptr<const PassthroughIndex> passthrough;
};

}  // namespace headgate::router
