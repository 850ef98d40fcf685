#include "k8swatch/load_balancer_address.h"

#include <algorithm>

#include "base/json_string.h"
#include "base/socket_address.h"

namespace headgate::k8swatch {

LoadBalancerAddress load_balancer_address(std::string_view text) {
  LoadBalancerAddress address;
  (SocketAddress::parse(text, 0) ? address.ip : address.hostname) = text;
  return address;
}

void normalise(std::vector<LoadBalancerAddress>& addresses) {
  std::erase(addresses, LoadBalancerAddress{});
  std::sort(addresses.begin(), addresses.end());
  addresses.erase(std::unique(addresses.begin(), addresses.end()), addresses.end());
}

std::string to_string(const std::vector<LoadBalancerAddress>& addresses) {
  if (addresses.empty()) return "none";
  std::string text;
  for (const LoadBalancerAddress& each : addresses) {
    if (!text.empty()) text += ", ";
    text += each.ip.empty() ? each.hostname : each.ip;
  }
  return text;
}

std::string json_of(const std::vector<LoadBalancerAddress>& addresses) {
  if (addresses.empty()) return "null";
  std::string text;
  for (const LoadBalancerAddress& each : addresses) {
    text += text.empty() ? "[{" : ",{";
    if (!each.ip.empty()) text += "\"ip\":" + json_string(each.ip);
    if (!each.ip.empty() && !each.hostname.empty()) text += ',';
    if (!each.hostname.empty()) text += "\"hostname\":" + json_string(each.hostname);
    text += '}';
  }
  return text + ']';
}

}  // namespace headgate::k8swatch
