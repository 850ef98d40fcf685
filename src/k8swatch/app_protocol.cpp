#include "k8swatch/app_protocol.h"

#include <array>
#include <optional>
#include <string>

#include "base/quoted.h"
#include "http/ascii.h"
#include "k8swatch/name_key.h"

namespace headgate::k8swatch {
namespace {

using router::UpstreamProtocol;

struct Known {
  std::string_view name;
  UpstreamProtocol protocol;
};
constexpr std::array<Known, 7> kKnown = {{
    {"http", UpstreamProtocol::http1},
    {"ws", UpstreamProtocol::http1},
    {"kubernetes.io/ws", UpstreamProtocol::http1},
    {"kubernetes.io/h2c", UpstreamProtocol::h2c},
    {"https", UpstreamProtocol::https},
    {"wss", UpstreamProtocol::https},
    {"kubernetes.io/wss", UpstreamProtocol::https},
}};

std::optional<UpstreamProtocol> find(std::string_view name) {
  for (const Known& each : kKnown)
    if (http::equals_ignoring_case(name, each.name)) return each.protocol;
  return std::nullopt;
}

}  // namespace

UpstreamProtocol upstream_protocol(std::string_view app_protocol) {
  return find(app_protocol).value_or(UpstreamProtocol::http1);
}

void check_app_protocol(const Service& service, const ServicePort& port, std::vector<Finding>& findings) {
  if (port.app_protocol.empty()) return;
  if (find(port.app_protocol)) return;
  const auto index = &port - service.ports.data();
  findings.push_back({Severity::warning, "Service " + name_key(service.metadata),
                      "spec.ports[" + std::to_string(index) + "].appProtocol",
                      quoted(port.app_protocol) + " is not known: requests are sent as plain HTTP/1.1"});
}

}  // namespace headgate::k8swatch
