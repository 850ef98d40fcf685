// Which addresses requests may be sent to: no tenant gets Headgate to talk to Headgate's own machine or to
// the metadata service of a cloud.
#pragma once

#include <optional>
#include <string>

#include "base/socket_address.h"

namespace headgate::k8swatch {

// Why nothing may be sent there, to follow the address in a sentence: "is a loopback address". Nothing: it
// may. Refused: unspecified, multicast and link-local addresses, and loopback unless allowed (standalone
// mode).
std::optional<std::string> refuse_address(const SocketAddress& address, bool allow_loopback);

// The same for an address that a name stands for, or that is given in place of a name. Refused besides: the
// metadata services that clouds have elsewhere than at 169.254.169.254, and IPv4 addresses that are refused,
// written as IPv6 (mapped, NAT64, 6to4).
std::optional<std::string> refuse_external_address(const SocketAddress& address, bool allow_loopback);

}  // namespace headgate::k8swatch
