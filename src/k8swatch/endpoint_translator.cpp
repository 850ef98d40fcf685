#include "k8swatch/endpoint_translator.h"

#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <tuple>
#include <utility>

#include "base/quoted.h"
#include "k8swatch/app_protocol.h"
#include "k8swatch/name_key.h"

namespace headgate::k8swatch {
namespace {

struct Candidate {
  SocketAddress address;
  bool ready = false;  // false: terminating, but still serving
  const SliceEndpoint* endpoint = nullptr;
  const EndpointSlice* slice = nullptr;
};

bool is_tcp(std::string_view protocol) { return protocol.empty() || protocol == "TCP"; }

std::string object_of(const EndpointSlice& slice) { return "EndpointSlice " + name_key(slice.metadata); }

// resourceVersions are opaque by contract; in practice they are growing numbers, and this only chooses
// between two copies of one address.
bool is_newer(const EndpointSlice& a, const EndpointSlice& b) {
  const std::string& x = a.metadata.resource_version;
  const std::string& y = b.metadata.resource_version;
  return std::tuple(x.size(), std::string_view(x), std::string_view(a.metadata.name)) >
         std::tuple(y.size(), std::string_view(y), std::string_view(b.metadata.name));
}

std::optional<std::uint16_t> numeric_target(const ServicePort& port) {
  if (port.target_port.number != 0) return port.target_port.number;
  // The API server fills in an absent targetPort with the port; manifests have not been there.
  if (port.target_port.name.empty() && port.port != 0) return port.port;
  return std::nullopt;
}

// The number in the slice's port of that name; nothing: the slice does not have the port.
std::optional<std::uint16_t> port_number(const ServicePort& wanted, const EndpointSlice& slice) {
  // A slice by hand without ports, or with a port without number: every port is the Service's target.
  if (slice.ports.empty()) return numeric_target(wanted);
  for (const SlicePort& port : slice.ports) {
    if (port.name != wanted.name || !is_tcp(port.protocol)) continue;
    return port.port ? port.port : numeric_target(wanted);
  }
  return std::nullopt;
}

void tell_without_port(const Service& service, const ServicePort& port, const EndpointSlice& slice,
                       std::optional<std::uint16_t> instead, std::vector<Finding>& findings) {
  std::string reason = "no TCP port is named '" + port.name + "', as port " + std::to_string(port.port) +
                       " of Service " + name_key(service.metadata) + " is";
  if (instead) reason += "; its targetPort " + std::to_string(*instead) + " is used";
  findings.push_back({Severity::warning, object_of(slice), "ports", std::move(reason)});
}

class Collector {
 public:
  Collector(const EndpointOptions& options, std::vector<Finding>& findings)
      : options_(options), findings_(findings) {}

  void add(const EndpointSlice& slice, std::uint16_t port) {
    if (slice.address_type != "IPv4" && slice.address_type != "IPv6") {
      refuse(slice, "addressType", quoted(slice.address_type) + " is not served; expected IPv4 or IPv6");
      return;
    }
    for (std::size_t i = 0; i < slice.endpoints.size(); ++i) add_endpoint(slice, i, port);
  }

  std::vector<Candidate> take() { return std::exchange(candidates_, {}); }

 private:
  void add_endpoint(const EndpointSlice& slice, std::size_t index, std::uint16_t port) {
    const SliceEndpoint& endpoint = slice.endpoints[index];
    const bool ready = endpoint.ready.value_or(true);
    const bool drains = endpoint.serving.value_or(true) && endpoint.terminating.value_or(false);
    if (!ready && !drains) return;
    const std::string field = "endpoints[" + std::to_string(index) + "].addresses[0]";
    if (endpoint.address.empty()) {
      refuse(slice, field, "there is no address; the endpoint is left out");
      return;
    }
    const auto address = SocketAddress::parse(endpoint.address, port);
    if (!address || address->is_v6() != (slice.address_type == "IPv6")) {
      refuse(slice, field, quoted(endpoint.address) + " is not an " + slice.address_type + " address");
    } else if (const auto reason = refuse_address(*address, options_)) {
      refuse(slice, field, "'" + endpoint.address + "' " + *reason);
    } else {
      candidates_.push_back({*address, ready, &endpoint, &slice});
    }
  }

  void refuse(const EndpointSlice& slice, std::string field, std::string reason) {
    findings_.push_back({Severity::error, object_of(slice), std::move(field), std::move(reason)});
  }

  const EndpointOptions& options_;
  std::vector<Finding>& findings_;
  std::vector<Candidate> candidates_;
};

// Counting a dual-stack pod once: only one family is used.
void keep_one_family(const Service& service, std::vector<Candidate>& candidates) {
  bool v6 = !service.ip_families.empty() && service.ip_families.front() == "IPv6";
  const auto has = [&](bool family) {
    return std::any_of(candidates.begin(), candidates.end(),
                       [&](const Candidate& each) { return each.address.is_v6() == family; });
  };
  if (!has(v6)) v6 = !v6;
  std::erase_if(candidates, [&](const Candidate& each) { return each.address.is_v6() != v6; });
}

// Only those that are ready, or, where none is, all.
void prefer_ready(std::vector<Candidate>& candidates) {
  const auto is_ready = [](const Candidate& each) { return each.ready; };
  if (std::any_of(candidates.begin(), candidates.end(), is_ready))
    std::erase_if(candidates, std::not_fn(is_ready));
}

// One for each address.
void drop_copies(std::vector<Candidate>& candidates) {
  std::sort(candidates.begin(), candidates.end(), [](const Candidate& a, const Candidate& b) {
    if (!(a.address == b.address)) return a.address < b.address;
    return is_newer(*a.slice, *b.slice);
  });
  const auto same_address = [](const Candidate& a, const Candidate& b) { return a.address == b.address; };
  candidates.erase(std::unique(candidates.begin(), candidates.end(), same_address), candidates.end());
}

void prefer_near(const Location& here, std::vector<Candidate>& candidates) {
  if (!candidates.front().ready) return;  // hints are about those that are
  std::vector<const SliceEndpoint*> ready;
  for (const Candidate& each : candidates) ready.push_back(each.endpoint);
  const Nearness wanted = nearness_wanted(ready, here);
  std::erase_if(candidates, [&](const Candidate& each) { return !is_near(*each.endpoint, wanted, here); });
}

}  // namespace

std::string port_text(const PortRef& port) {
  return port.number != 0 ? std::to_string(port.number) : port.name;
}

const ServicePort* find_service_port(const Service& service, std::string_view port) {
  for (const ServicePort& each : service.ports) {
    if (!is_tcp(each.protocol)) continue;
    if (port.empty() || port == std::to_string(each.port) || port == port_text(each.target_port) ||
        port == each.name)
      return &each;
  }
  return nullptr;
}

router::EndpointSet translate_endpoints(const Service& service, const ServicePort& port,
                                        const std::vector<std::shared_ptr<const EndpointSlice>>& slices,
                                        const EndpointOptions& options, std::vector<Finding>& findings) {
  Collector collector(options, findings);
  std::vector<const EndpointSlice*> without_port;
  for (const auto& slice : slices) {
    if (const auto number = port_number(port, *slice))
      collector.add(*slice, *number);
    else if (!slice->endpoints.empty())
      without_port.push_back(slice.get());
  }
  std::vector<Candidate> candidates = collector.take();
  if (candidates.empty()) {
    const auto number = numeric_target(port);
    for (const EndpointSlice* slice : without_port) {
      tell_without_port(service, port, *slice, number, findings);
      if (number) collector.add(*slice, *number);
    }
    candidates = collector.take();
  }
  if (candidates.empty()) return {};

  prefer_ready(candidates);
  keep_one_family(service, candidates);
  drop_copies(candidates);
  if (options.topology_aware) prefer_near(options.location, candidates);

  router::EndpointSet set;
  set.protocol = upstream_protocol(port.app_protocol);
  set.endpoints.reserve(candidates.size());
  for (const Candidate& each : candidates)
    set.endpoints.push_back({each.address, each.address.to_string(), each.endpoint->target_uid});
  return set;
}

Result<router::EndpointSet> cluster_ip_endpoint(const Service& service, std::string_view port,
                                                const EndpointOptions& options) {
  if (service.cluster_ip.empty() || service.cluster_ip == "None") return fail("it has no clusterIP");
  // The number of a port counts before a targetPort: that is what its address answers on.
  const auto by_number = std::find_if(
      service.ports.begin(), service.ports.end(),
      [port](const ServicePort& each) { return is_tcp(each.protocol) && port == std::to_string(each.port); });
  const ServicePort* const found =
      by_number != service.ports.end() ? &*by_number : find_service_port(service, port);
  if (found == nullptr) return fail("it has no TCP port '" + std::string(port) + "'");
  const auto address = SocketAddress::parse(service.cluster_ip, found->port);
  if (!address) return fail("its clusterIP is " + address.error().message);
  if (const auto reason = refuse_address(*address, options))
    return fail("its clusterIP '" + service.cluster_ip + "' " + *reason);
  router::EndpointSet set;
  set.protocol = upstream_protocol(found->app_protocol);
  set.endpoints.push_back({*address, address->to_string(), {}});
  return set;
}

}  // namespace headgate::k8swatch
