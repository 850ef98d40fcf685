// From a Service and its EndpointSlices to the EndpointSet of one of its ports: which pods take new requests.
// Pure functions; the rules are those of the EndpointSlice API and of kube-proxy.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "k8swatch/endpoint_address.h"
#include "k8swatch/finding.h"
#include "k8swatch/objects.h"
#include "k8swatch/topology.h"
#include "router/model.h"

namespace headgate::k8swatch {

struct EndpointOptions : AddressRules {
  // --enable-topology-aware-routing: hints are obeyed, as far as `location` is known.
  bool topology_aware = false;
  Location location{};
  bool external_names = true;  // false: ExternalName Services have no endpoints [--disable-svc-external-name]
};

// A Service port as an Ingress names it: number or name as text.
std::string port_text(const PortRef& port);

// The TCP port of `service` whose number, targetPort or name is `port`, the first one in the Service's order;
// null: none. An empty `port` is the first port.
const ServicePort* find_service_port(const Service& service, std::string_view port);

// All ready endpoints, or the near ones of them where hints say so; if none is ready, those that still serve
// while they terminate. One address family: the Service's first, where it has such an endpoint, else the
// other. Ordered by address; of several copies of an address the readiest counts, then that of the newest
// slice.
// A slice that does not have the wanted port by name serves with the Service's numeric targetPort where no
// slice has it, as in ingress-nginx, and that is told. Refused and told in `findings`: addresses no pod has
// (loopback, link-local, multicast, unspecified), FQDN slices, what is no address; and, where the set stays
// empty for it, slices without the wanted port.
router::EndpointSet translate_endpoints(const Service& service, const ServicePort& port,
                                        const std::vector<std::shared_ptr<const EndpointSlice>>& slices,
                                        const EndpointOptions& options, std::vector<Finding>& findings);

// The ClusterIP of `service` with the number of its port `port`, as its only endpoint (service-upstream).
// Fails where it has none: headless, ExternalName, or a manifest that never was in a cluster.
Result<router::EndpointSet> cluster_ip_endpoint(const Service& service, std::string_view port,
                                                const EndpointOptions& options);

}  // namespace headgate::k8swatch
