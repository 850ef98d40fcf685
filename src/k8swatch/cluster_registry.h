// The Clusters in use: one for each (namespace, Service, port) that a Route names, with its slot and the
// EndpointSet last published; a second one where some Routes go by ClusterIP and others do not. Control
// thread only.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "k8swatch/endpoint_translator.h"
#include "k8swatch/external_names.h"
#include "k8swatch/finding.h"
#include "k8swatch/health_rules.h"
#include "k8swatch/slot_pool.h"
#include "k8swatch/store.h"
#include "router/publication.h"

namespace headgate::k8swatch {

// What a Route says about where its requests go.
struct ClusterRequest {
  std::string_view namespace_name;
  std::string_view service;
  std::string_view port;       // number or name as text, empty for the first port
  std::string_view name{};     // empty: "<namespace>-<service>-<port>"
  bool by_cluster_ip = false;  // to the Service's own address, where it has one, not to its endpoints
  // In place of namespace and Service: the host of a URL, `port` is a number then. A Service's own name
  // ("<service>.<namespace>.svc…") is that Service where it is known.
  std::string_view host{};
  std::string_view ingress{};  // of a host: the name_key() of the Ingress whose annotation says that URL
};

class ClusterRegistry {
 public:
  // All must outlive this.
  ClusterRegistry(EndpointOptions options, const Store& store, ExternalNames& names,
                  const HealthRules& health);

  // The Cluster of that Service port, made at its first use; every call is one use to be released.
  std::shared_ptr<const router::Cluster> acquire(const ClusterRequest& request);
  // `ingress`: as in the request.
  void release(const router::Cluster& cluster, std::string_view ingress = {});
  // The Service or a slice of it changed: its endpoints are computed again by take_updates().
  void mark_service(std::string_view service_key);
  // The HealthRules of Services of which no Ingress says anything have changed.
  void mark_all();
  // Whether IPv6 addresses of ExternalName Services are used.
  void set_ipv6_names(bool on);

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
    bool by_cluster_ip = false;
    std::string host;  // of a URL; empty: a Service port
    // Of a host: the Ingresses that say the URL, by name_key(), and how often.
    std::map<std::string, std::uint32_t, std::less<>> ingresses;
    std::string external_name;  // in use for it; empty: none
    std::vector<Finding> findings;
  };

  std::shared_ptr<const router::EndpointSet> compute(State& state);
  router::EndpointSet endpoints_of(State& state, const Service& service,
                                   const std::vector<std::shared_ptr<const EndpointSlice>>& slices) const;
  std::optional<router::EndpointSet> endpoints_of_host(State& state, const ServiceRecord* record);
  std::optional<router::EndpointSet> external_endpoints_of(State& state, const Service& service);
  void use_name(State& state, const std::string& name);
  static void add_findings_of_host(const State& state, std::vector<Finding>& out);
  [[nodiscard]] std::string dump_endpoints(const State& state) const;
  void forget(router::ClusterSlot slot);

  EndpointOptions options_;
  const Store& store_;
  ExternalNames& names_;
  const HealthRules& health_;
  bool ipv6_names_ = true;
  std::vector<State> states_;                             // by slot
  NameMap<std::vector<router::ClusterSlot>> by_service_;  // by name_key of the Service
  NameMap<std::set<router::ClusterSlot>> by_external_name_;
  std::set<router::ClusterSlot> touched_;  // to look at in take_updates()
  std::set<router::ClusterSlot> faulty_;   // those with findings
  SlotPool slots_{0};
};

}  // namespace headgate::k8swatch
