#include "k8swatch/cluster_registry.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace headgate::k8swatch {

using router::Cluster;
using router::ClusterSlot;
using router::ClusterUpdate;
using router::EndpointSet;

ClusterRegistry::ClusterRegistry(EndpointOptions options, const Store& store)
    : options_(std::move(options)), store_(store) {}

std::shared_ptr<const Cluster> ClusterRegistry::acquire(std::string_view namespace_name,
                                                        std::string_view service, std::string_view port,
                                                        std::string_view name) {
  std::vector<ClusterSlot>& of_service = by_service_[name_key(namespace_name, service)];
  for (const ClusterSlot slot : of_service) {
    State& state = states_[slot];
    if (state.cluster->port != port) continue;
    if (state.uses++ == 0) touched_.insert(slot);
    return state.cluster;
  }
  auto cluster = std::make_shared<Cluster>();
  cluster->name = name.empty()
                      ? std::string(namespace_name) + "-" + std::string(service) + "-" + std::string(port)
                      : std::string(name);
  cluster->namespace_name = namespace_name;
  cluster->service = service;
  cluster->port = port;
  cluster->slot = slots_.take();
  if (states_.size() <= cluster->slot) states_.resize(cluster->slot + 1);
  states_[cluster->slot] = {cluster, nullptr, 1, {}};
  of_service.push_back(cluster->slot);
  touched_.insert(cluster->slot);
  return cluster;
}

void ClusterRegistry::release(const Cluster& cluster) {
  if (--states_[cluster.slot].uses == 0) touched_.insert(cluster.slot);
}

void ClusterRegistry::mark_service(std::string_view service_key) {
  const auto at = by_service_.find(service_key);
  if (at != by_service_.end()) touched_.insert(at->second.begin(), at->second.end());
}

void ClusterRegistry::set_location(Location location) {
  if (!options_.topology_aware || options_.location == location) return;
  options_.location = std::move(location);
  for (const auto& [service, slots] : by_service_) touched_.insert(slots.begin(), slots.end());
}

std::shared_ptr<const EndpointSet> ClusterRegistry::compute(State& state) const {
  state.findings.clear();
  const Cluster& cluster = *state.cluster;
  const ServiceRecord* record = store_.find_service(name_key(cluster.namespace_name, cluster.service));
  EndpointSet set;
  // Why there is no Service or port is told with the Ingress that names it.
  if (record != nullptr && record->service != nullptr && record->service->type != "ExternalName") {
    const ServicePort* port = find_service_port(*record->service, cluster.port);
    if (port != nullptr)
      set = translate_endpoints(*record->service, *port, record->slices, options_, state.findings);
  }
  state.findings.shrink_to_fit();
  if (state.endpoints != nullptr && state.endpoints->endpoints == set.endpoints) return state.endpoints;
  return std::make_shared<const EndpointSet>(std::move(set));
}

void ClusterRegistry::forget(ClusterSlot slot) {
  const Cluster& cluster = *states_[slot].cluster;
  const auto at = by_service_.find(name_key(cluster.namespace_name, cluster.service));
  std::erase(at->second, slot);
  if (at->second.empty()) by_service_.erase(at);
  states_[slot] = State{};
  slots_.give_back(slot);
}

std::vector<ClusterUpdate> ClusterRegistry::take_updates() {
  std::vector<ClusterUpdate> updates;
  for (const ClusterSlot slot : touched_) {
    State& state = states_[slot];
    if (state.uses == 0) {
      // Made and dropped since the last publication: nobody has heard of it.
      if (state.endpoints != nullptr) updates.push_back({slot, state.cluster, nullptr});
      forget(slot);
      continue;
    }
    auto endpoints = compute(state);
    if (endpoints == state.endpoints) continue;
    state.endpoints = std::move(endpoints);
    updates.push_back({slot, state.cluster, state.endpoints});
  }
  touched_.clear();
  slots_.published();
  return updates;
}

void ClusterRegistry::add_findings(std::vector<Finding>& out) const {
  for (const State& state : states_) out.insert(out.end(), state.findings.begin(), state.findings.end());
}

std::string ClusterRegistry::dump() const {
  std::vector<const State*> used;
  for (const State& state : states_)
    if (state.cluster != nullptr) used.push_back(&state);
  std::sort(used.begin(), used.end(), [](const State* a, const State* b) {
    const auto order = [](const Cluster& c) { return std::tie(c.name, c.namespace_name, c.service, c.port); };
    return order(*a->cluster) < order(*b->cluster);
  });
  std::string out;
  for (const State* state : used) {
    const Cluster& cluster = *state->cluster;
    out += "cluster " + cluster.name + " (Service " + name_key(cluster.namespace_name, cluster.service) +
           (cluster.port.empty() ? ", first port)" : ", port " + cluster.port + ")") + "\n";
    if (state->endpoints == nullptr || state->endpoints->endpoints.empty()) out += "  no endpoints: 503\n";
    if (state->endpoints == nullptr) continue;
    for (const router::Endpoint& endpoint : state->endpoints->endpoints) out += "  " + endpoint.text + "\n";
  }
  return out;
}

}  // namespace headgate::k8swatch
