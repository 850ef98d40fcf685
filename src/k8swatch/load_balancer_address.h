// Addresses for status.loadBalancer.ingress, as people write them and in their normal form.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "k8swatch/objects.h"

namespace headgate::k8swatch {

// An IP address where it is one, else a host name.
LoadBalancerAddress load_balancer_address(std::string_view text);

// Sorted, each once, without empty ones: two lists that say the same are equal.
void normalise(std::vector<LoadBalancerAddress>& addresses);

// "10.0.0.1, lb.example.com", for the log; "none".
std::string to_string(const std::vector<LoadBalancerAddress>& addresses);

// The list in JSON; "null" where it is empty, which in a merge patch takes the field away (RFC 7396 §2).
std::string json_of(const std::vector<LoadBalancerAddress>& addresses);

}  // namespace headgate::k8swatch
