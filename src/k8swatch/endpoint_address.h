// Which addresses requests may be sent to: no tenant gets Headgate to talk to Headgate's own machine or to
// the metadata service of a cloud.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/socket_address.h"

namespace headgate::k8swatch {

struct AddressRules {
  // Pods on 127.0.0.0/8 and ::1: standalone mode. In a cluster a tenant could reach Headgate's own pod so.
  bool allow_loopback = false;
  // Where Headgate itself listens: what is sent there goes round in circles, or reaches the admin port.
  std::vector<SocketAddress> own_listeners{};
};

// Why nothing may be sent there, to follow the address in a sentence: "is a loopback address". Nothing: it
// may. The same for the address of an endpoint, whoever wrote its EndpointSlice, for one that a name stands
// for, and for one given in place of a name. Refused: unspecified, multicast, link-local and reserved
// addresses, loopback unless allowed, our own listeners, the metadata services that clouds have elsewhere
// than at 169.254.169.254, and IPv4 addresses that are refused, written as IPv6 (mapped, compatible, NAT64,
// 6to4).
std::optional<std::string> refuse_address(const SocketAddress& address, const AddressRules& rules);

}  // namespace headgate::k8swatch
