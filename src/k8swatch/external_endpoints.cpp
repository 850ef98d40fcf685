#include "k8swatch/external_endpoints.h"

#include <algorithm>
#include <utility>

#include "base/quoted.h"
#include "base/units.h"
#include "k8swatch/name_key.h"
#include "k8swatch/names.h"

namespace headgate::k8swatch {
namespace {

constexpr std::size_t kToldAddresses = 3;

std::string lower_case(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

std::uint16_t target_of(const ServicePort& port) {
  return port.target_port.number != 0 ? port.target_port.number : port.port;
}

bool is_localhost(std::string_view name) { return name == "localhost" || name.ends_with(".localhost"); }

void tell_refused(const Service& service, const std::vector<std::string>& refused, bool nothing_left,
                  std::vector<Finding>& findings) {
  if (refused.empty()) return;
  std::string reason = quoted(service.external_name) + " stands for ";
  for (std::size_t i = 0; i < std::min(refused.size(), kToldAddresses); ++i)
    reason += (i == 0 ? "" : ", and for ") + refused[i];
  if (refused.size() > kToldAddresses)
    reason += ", and for " + std::to_string(refused.size() - kToldAddresses) + " more that may not be used";
  reason += nothing_left ? "; answered with 503" : "; only its other addresses are used";
  findings.push_back(
      {Severity::error, "Service " + name_key(service.metadata), "spec.externalName", std::move(reason)});
}

}  // namespace

std::optional<std::uint16_t> external_port(const Service& service, std::string_view port) {
  for (const ServicePort& each : service.ports) {
    if (!each.protocol.empty() && each.protocol != "TCP") continue;
    if (port.empty() || port == std::to_string(each.port) || port == each.name) return target_of(each);
  }
  const auto number = parse_count(port, UINT16_MAX);
  if (!number || *number == 0) return std::nullopt;
  return static_cast<std::uint16_t>(*number);
}

Result<ExternalTarget> external_target(const Service& service) {
  ExternalTarget target;
  if (const auto literal = SocketAddress::parse(service.external_name, 0)) {
    target.addresses.push_back(*literal);
    return target;
  }
  std::string name = lower_case(service.external_name);
  std::string_view labels = name;
  if (labels.ends_with('.')) labels.remove_suffix(1);
  if (!is_dns1123_subdomain(labels))
    return fail(quoted(service.external_name) + " is neither the name of a host nor an IP address");
  if (is_localhost(labels))
    target.addresses.push_back(*SocketAddress::parse("127.0.0.1", 0));
  else
    target.name = std::move(name);
  return target;
}

router::EndpointSet external_endpoints(const Service& service, const std::vector<SocketAddress>& addresses,
                                       std::uint16_t port, const AddressRules& rules,
                                       std::vector<Finding>& findings) {
  std::vector<std::string> refused;
  router::EndpointSet set;
  for (const SocketAddress& each : addresses) {
    const std::string ip = each.ip_string();
    const SocketAddress address = *SocketAddress::parse(ip, port);
    if (const auto reason = refuse_address(address, rules)) {
      refused.push_back(ip + ", which " + *reason);
      continue;
    }
    set.endpoints.push_back({address, address.to_string(), {}});
  }
  const auto is_v4 = [](const router::Endpoint& each) { return !each.address.is_v6(); };
  if (std::any_of(set.endpoints.begin(), set.endpoints.end(), is_v4))
    std::erase_if(set.endpoints, [&](const router::Endpoint& each) { return !is_v4(each); });
  std::sort(set.endpoints.begin(), set.endpoints.end(),
            [](const router::Endpoint& a, const router::Endpoint& b) { return a.address < b.address; });
  const auto same = [](const router::Endpoint& a, const router::Endpoint& b) {
    return a.address == b.address;
  };
  set.endpoints.erase(std::unique(set.endpoints.begin(), set.endpoints.end(), same), set.endpoints.end());
  if (set.endpoints.size() > kMostExternalAddresses) {
    findings.push_back({Severity::warning, "Service " + name_key(service.metadata), "spec.externalName",
                        quoted(service.external_name) + " has " + std::to_string(set.endpoints.size()) +
                            " addresses; the first " + std::to_string(kMostExternalAddresses) + " are used"});
    set.endpoints.resize(kMostExternalAddresses);
  }
  tell_refused(service, refused, set.endpoints.empty(), findings);
  return set;
}

}  // namespace headgate::k8swatch
