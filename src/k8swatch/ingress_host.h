// The host of an Ingress rule: checked, and in the form the routing table uses.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace headgate::k8swatch {

// Lower case; "*.x" stays as it is; empty becomes "_" (requests of no known host). Refused, with the reason:
// what is not a DNS name (RFC 1123 labels, 253 bytes), a port, an IP address, a '*' that is not the whole
// first label.
Result<std::string> normalise_ingress_host(std::string_view written);

}  // namespace headgate::k8swatch
