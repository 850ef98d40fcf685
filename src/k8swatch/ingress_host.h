// The host of an Ingress rule: checked, and in the form the routing table uses.
#pragma once

#include <set>
#include <string>
#include <string_view>

#include "base/result.h"
#include "k8swatch/objects.h"

namespace headgate::k8swatch {

// Lower case; "*.x" stays as it is; empty becomes "_" (requests of no known host). Refused, with the reason:
// what is not a DNS name (RFC 1123 labels, 253 bytes), a port, an IP address, a '*' that is not the whole
// first label.
Result<std::string> normalise_ingress_host(std::string_view written);

// Adds those of an Ingress's rules that can be used; of one without rules "_", since it has a default
// backend.
void add_hosts_of(const Ingress& ingress, std::set<std::string>& hosts);

}  // namespace headgate::k8swatch
