#include "k8swatch/object_decoder.h"

namespace headgate::k8swatch {
namespace {

bool decode_address(JsonReader& reader, JsonValue& value, LoadBalancerAddress& out) {
  return reader.object(value, [&](std::string_view key, JsonValue& field) {
    if (key == "ip") return reader.string(field, out.ip);
    if (key == "hostname") return reader.string(field, out.hostname);
    return true;
  });
}

}  // namespace

bool decode_load_balancer_status(JsonReader& reader, JsonValue& status,
                                 std::vector<LoadBalancerAddress>& out) {
  return reader.object(status, [&](std::string_view key, JsonValue& balancer) {
    if (key != "loadBalancer") return true;
    return reader.object(balancer, [&](std::string_view name, JsonValue& addresses) {
      if (name != "ingress") return true;
      return reader.array(
          addresses, [&](JsonValue& address) { return decode_address(reader, address, out.emplace_back()); });
    });
  });
}

}  // namespace headgate::k8swatch
