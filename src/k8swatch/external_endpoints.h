// From an ExternalName Service to the EndpointSet of one of its ports. Pure functions; the rules about names
// and ports are those of ingress-nginx.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "k8swatch/endpoint_address.h"
#include "k8swatch/finding.h"
#include "k8swatch/objects.h"
#include "router/model.h"

namespace headgate::k8swatch {

inline constexpr std::size_t kMostExternalAddresses = 100;  // further ones of a name are not used

// The port to connect to for `port`, a number or a name as text, empty for the Service's first: the
// targetPort of the Service port of that number or name, or that itself where the targetPort is no number. A
// number that the Service does not list is taken as it is. Nothing: a name that it does not list, or 0.
std::optional<std::uint16_t> external_port(const Service& service, std::string_view port);

// What spec.externalName says.
struct ExternalTarget {
  std::string name;                      // to be looked up: lower case; empty where it is an address
  std::vector<SocketAddress> addresses;  // port 0; of an IP literal, and of localhost (RFC 6761 §6.3)
};
Result<ExternalTarget> external_target(const Service& service);

// One endpoint for each of `addresses`; IPv4 ones where there are any that may be used, else IPv6. Those that
// requests may not be sent to are told in `findings` and left out.
router::EndpointSet external_endpoints(const Service& service, const std::vector<SocketAddress>& addresses,
                                       std::uint16_t port, const AddressRules& rules,
                                       std::vector<Finding>& findings);

}  // namespace headgate::k8swatch
