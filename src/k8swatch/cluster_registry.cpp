#include "k8swatch/cluster_registry.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "base/quoted.h"
#include "k8swatch/app_protocol.h"
#include "k8swatch/external_endpoints.h"
#include "k8swatch/url_host.h"
#include "router/health_settings.h"

namespace headgate::k8swatch {

using router::Cluster;
using router::ClusterSlot;
using router::ClusterUpdate;
using router::EndpointSet;

namespace {

// Of those that say one URL. More of them have it of the ConfigMap, or of one another.
constexpr std::size_t kToldIngresses = 16;

std::string host_object(const std::string& host) { return "Host of a URL " + host; }

}  // namespace

ClusterRegistry::ClusterRegistry(EndpointOptions options, const Store& store, ExternalNames& names,
                                 const HealthRules& health)
    : options_(std::move(options)), store_(store), names_(names), health_(health) {}

std::shared_ptr<const Cluster> ClusterRegistry::acquire(const ClusterRequest& asked) {
  ClusterRequest request = asked;
  if (!asked.host.empty()) {
    const ObjectNameView service = service_of_host(asked.host);
    request.namespace_name = service.namespace_name;
    request.service = service.name;
  }
  std::vector<ClusterSlot>& of_service = by_service_[name_key(request.namespace_name, request.service)];
  for (const ClusterSlot slot : of_service) {
    State& state = states_[slot];
    if (state.cluster->port != request.port || state.by_cluster_ip != request.by_cluster_ip ||
        state.host != request.host)
      continue;
    if (state.uses++ == 0) touched_.insert(slot);
    if (!request.ingress.empty()) ++state.ingresses[std::string(request.ingress)];
    return state.cluster;
  }
  auto cluster = std::make_shared<Cluster>();
  cluster->namespace_name = request.namespace_name;
  cluster->service = request.service;
  cluster->port = request.port;
  cluster->name = request.name;
  if (!request.host.empty())
    cluster->name = std::string(request.host) + ":" + cluster->port;
  else if (request.name.empty())
    cluster->name = cluster->namespace_name + "-" + cluster->service + "-" + cluster->port;
  cluster->slot = slots_.take();
  if (states_.size() <= cluster->slot) states_.resize(cluster->slot + 1);
  State& state = states_[cluster->slot];
  state = State{};
  state.cluster = cluster;
  state.uses = 1;
  state.by_cluster_ip = request.by_cluster_ip;
  state.host = request.host;
  if (!request.ingress.empty()) ++state.ingresses[std::string(request.ingress)];
  of_service.push_back(cluster->slot);
  touched_.insert(cluster->slot);
  return cluster;
}

void ClusterRegistry::release(const Cluster& cluster, std::string_view ingress) {
  State& state = states_[cluster.slot];
  if (const auto at = state.ingresses.find(ingress); at != state.ingresses.end() && --at->second == 0)
    state.ingresses.erase(at);
  if (--state.uses == 0) touched_.insert(cluster.slot);
}

void ClusterRegistry::mark_service(std::string_view service_key) {
  const auto at = by_service_.find(service_key);
  if (at != by_service_.end()) touched_.insert(at->second.begin(), at->second.end());
}

void ClusterRegistry::mark_all() {
  for (const auto& [service, slots] : by_service_) touched_.insert(slots.begin(), slots.end());
}

void ClusterRegistry::set_ipv6_names(bool on) {
  if (std::exchange(ipv6_names_, on) == on) return;
  for (const auto& [name, slots] : by_external_name_) touched_.insert(slots.begin(), slots.end());
}

std::shared_ptr<const EndpointSet> ClusterRegistry::compute(State& state) {
  state.findings.clear();
  const Cluster& cluster = *state.cluster;
  const ServiceRecord* record = store_.find_service(name_key(cluster.namespace_name, cluster.service));
  EndpointSet set;
  // Why there is no Service or port is told with the Ingress that names it.
  if (!state.host.empty()) {
    auto of_host = endpoints_of_host(state, record);
    if (!of_host && state.endpoints != nullptr) return state.endpoints;
    if (of_host) set = *std::move(of_host);
  } else if (record != nullptr && record->service != nullptr && record->service->type == "ExternalName") {
    auto external = external_endpoints_of(state, *record->service);
    // While a name is looked up for the first time, what served before it goes on.
    if (!external && state.endpoints != nullptr) return state.endpoints;
    if (external) set = *std::move(external);
  } else {
    use_name(state, {});
    if (record != nullptr && record->service != nullptr)
      set = endpoints_of(state, *record->service, record->slices);
  }
  set.health = health_.settings_for(state.host.empty() ? record : nullptr, cluster.port, state.findings);
  state.findings.shrink_to_fit();
  if (state.endpoints != nullptr && *state.endpoints == set) return state.endpoints;
  return std::make_shared<const EndpointSet>(std::move(set));
}

EndpointSet ClusterRegistry::endpoints_of(
    State& state, const Service& service,
    const std::vector<std::shared_ptr<const EndpointSlice>>& slices) const {
  const ServicePort* port = find_service_port(service, state.cluster->port);
  if (port == nullptr) return {};
  check_app_protocol(service, *port, state.findings);
  if (state.by_cluster_ip) {
    auto only = cluster_ip_endpoint(service, state.cluster->port, options_);
    if (only) return *std::move(only);
    state.findings.push_back(
        {Severity::warning, "Service " + name_key(service.metadata), "spec.clusterIP",
         "service-upstream has no effect: " + only.error().message + "; requests go to its endpoints"});
  }
  return translate_endpoints(service, *port, slices, options_, state.findings);
}

// Nothing: the name has not been answered yet.
std::optional<EndpointSet> ClusterRegistry::endpoints_of_host(State& state, const ServiceRecord* record) {
  const std::string& port = state.cluster->port;
  if (record != nullptr && record->service != nullptr && record->service->type != "ExternalName") {
    use_name(state, {});
    if (find_service_port(*record->service, port) == nullptr)
      state.findings.push_back({Severity::error, "Service " + name_key(record->service->metadata),
                                "spec.ports", "has no TCP port '" + port + "', which a URL names"});
    return endpoints_of(state, *record->service, record->slices);
  }
  const Service named = external_service_for(state.host);
  auto found = external_endpoints_of(state, named);
  // What is told of the name is told of the URL that has it.
  for (Finding& finding : state.findings)
    if (finding.object == "Service " + name_key(named.metadata)) {
      finding.object = host_object(state.host);
      finding.field.clear();
    }
  return found;
}

// Nothing: the name has not been answered yet.
std::optional<EndpointSet> ClusterRegistry::external_endpoints_of(State& state, const Service& service) {
  const auto tell = [&](Severity severity, std::string field, std::string reason) {
    state.findings.push_back(
        {severity, "Service " + name_key(service.metadata), std::move(field), std::move(reason)});
  };
  const auto port = external_port(service, state.cluster->port);
  const auto target = external_target(service);
  const bool allowed = options_.external_names || !state.host.empty();
  if (!port || !target || !allowed) {
    use_name(state, {});
    if (!allowed)
      tell(Severity::error, "spec.type",
           "ExternalName is turned off by --disable-svc-external-name; answered with 503");
    else if (!target)
      tell(Severity::error, "spec.externalName", target.error().message + "; answered with 503");
    return EndpointSet();
  }
  if (state.by_cluster_ip)
    tell(Severity::warning, "spec.type",
         "service-upstream has no effect on an ExternalName Service, which has no clusterIP");
  use_name(state, target->name);
  const ServicePort* const listed = find_service_port(service, state.cluster->port);
  if (listed != nullptr) check_app_protocol(service, *listed, state.findings);
  std::vector<SocketAddress> addresses = target->addresses;
  if (!target->name.empty()) {
    const NameState& known = names_.state(target->name);
    if (!known.answered) return std::nullopt;
    addresses = known.addresses;
    if (!known.error.empty())
      tell(addresses.empty() ? Severity::error : Severity::warning, "spec.externalName",
           quoted(target->name) + " cannot be resolved: " + known.error +
               (addresses.empty() ? "; answered with 503" : "; its last known addresses are used"));
  }
  if (!ipv6_names_) std::erase_if(addresses, [](const SocketAddress& each) { return each.is_v6(); });
  EndpointSet set = external_endpoints(service, addresses, *port, options_, state.findings);
  if (listed != nullptr) set.protocol = upstream_protocol(listed->app_protocol);
  return set;
}

void ClusterRegistry::use_name(State& state, const std::string& name) {
  if (state.external_name == name) return;
  if (!name.empty()) {
    names_.acquire(name);
    by_external_name_[name].insert(state.cluster->slot);
  }
  const std::string old = std::exchange(state.external_name, name);
  if (old.empty()) return;
  names_.release(old);
  const auto at = by_external_name_.find(old);
  at->second.erase(state.cluster->slot);
  if (at->second.empty()) by_external_name_.erase(at);
}

void ClusterRegistry::forget(ClusterSlot slot) {
  use_name(states_[slot], {});
  const Cluster& cluster = *states_[slot].cluster;
  const auto at = by_service_.find(name_key(cluster.namespace_name, cluster.service));
  std::erase(at->second, slot);
  if (at->second.empty()) by_service_.erase(at);
  states_[slot] = State{};
  slots_.give_back(slot);
}

std::vector<ClusterUpdate> ClusterRegistry::take_updates() {
  for (const std::string& name : names_.take_changes())
    if (const auto at = by_external_name_.find(name); at != by_external_name_.end())
      touched_.insert(at->second.begin(), at->second.end());
  std::vector<ClusterUpdate> updates;
  for (const ClusterSlot slot : touched_) {
    State& state = states_[slot];
    if (state.uses == 0) {
      // Made and dropped since the last publication: nobody has heard of it.
      if (state.endpoints != nullptr) updates.push_back({slot, state.cluster, nullptr});
      forget(slot);
      faulty_.erase(slot);
      continue;
    }
    auto endpoints = compute(state);
    if (state.findings.empty())
      faulty_.erase(slot);
    else
      faulty_.insert(slot);
    if (endpoints == state.endpoints) continue;
    state.endpoints = std::move(endpoints);
    updates.push_back({slot, state.cluster, state.endpoints});
  }
  touched_.clear();
  slots_.published();
  return updates;
}

void ClusterRegistry::add_findings(std::vector<Finding>& out) const {
  for (const ClusterSlot slot : faulty_) {
    const State& state = states_[slot];
    if (state.host.empty())
      out.insert(out.end(), state.findings.begin(), state.findings.end());
    else
      add_findings_of_host(state, out);
  }
}

// Whoever wrote the URL is told, as the host itself is no object that anybody looks at. A URL of all
// Ingresses (global-auth-url) is told once, too.
void ClusterRegistry::add_findings_of_host(const State& state, std::vector<Finding>& out) {
  for (const Finding& finding : state.findings) {
    if (finding.object != host_object(state.host)) {
      out.push_back(finding);
      continue;
    }
    std::size_t told = 0;
    for (const auto& [ingress, uses] : state.ingresses) {
      if (told++ == kToldIngresses) break;
      out.push_back({finding.severity, "Ingress " + ingress, "metadata.annotations",
                     "the host of a URL, " + quoted(state.host) + ": " + finding.reason});
    }
    if (state.ingresses.empty() || state.ingresses.size() > kToldIngresses) out.push_back(finding);
  }
}

std::string ClusterRegistry::dump() const {
  std::vector<const State*> used;
  for (const State& state : states_)
    if (state.cluster != nullptr) used.push_back(&state);
  std::sort(used.begin(), used.end(), [](const State* a, const State* b) {
    const auto order = [](const State& s) {
      const Cluster& c = *s.cluster;
      return std::tie(c.name, c.namespace_name, c.service, c.port, s.by_cluster_ip, s.host);
    };
    return order(*a) < order(*b);
  });
  std::string out;
  for (const State* state : used) {
    const Cluster& cluster = *state->cluster;
    out += "cluster " + cluster.name + " (" +
           (state->host.empty() ? "Service " + name_key(cluster.namespace_name, cluster.service)
                                : "host " + state->host) +
           (cluster.port.empty() ? ", first port" : ", port " + cluster.port) +
           (state->by_cluster_ip ? ", service-upstream" : "") +
           (state->external_name.empty() ? "" : ", name " + state->external_name) + ")\n" +
           dump_endpoints(*state);
  }
  return out;
}

std::string ClusterRegistry::dump_endpoints(const State& state) const {
  if (!state.external_name.empty() && !names_.has_resolver()) return "  not looked up\n";
  if (state.endpoints == nullptr || state.endpoints->endpoints.empty()) return "  no endpoints: 503\n";
  std::string out;
  if (const auto& health = state.endpoints->health.settings) out += "  health: " + to_string(*health) + "\n";
  for (const router::Endpoint& endpoint : state.endpoints->endpoints) out += "  " + endpoint.text + "\n";
  return out;
}

}  // namespace headgate::k8swatch
