#include "k8swatch/ingress_host.h"

#include <algorithm>

#include "base/quoted.h"
#include "base/socket_address.h"
#include "router/model.h"

namespace headgate::k8swatch {
namespace {

constexpr std::size_t kMaxHostBytes = 253;
constexpr std::size_t kMaxLabelBytes = 63;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool is_letter_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

bool is_label(std::string_view label) {
  return !label.empty() && label.size() <= kMaxLabelBytes && is_letter_or_digit(label.front()) &&
         is_letter_or_digit(label.back()) &&
         std::all_of(label.begin(), label.end(), [](char c) { return is_letter_or_digit(c) || c == '-'; });
}

bool is_dns_name(std::string_view name) {
  while (true) {
    const std::size_t dot = name.find('.');
    if (!is_label(name.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    name.remove_prefix(dot + 1);
  }
}

}  // namespace

Result<std::string> normalise_ingress_host(std::string_view written) {
  if (written.empty()) return std::string(router::kDefaultHost);
  const auto refuse = [written](std::string_view why) {
    return fail(quoted(written) + " is not a host: " + std::string(why));
  };
  if (written.size() > kMaxHostBytes) return refuse("longer than 253 bytes");
  std::string host(written);
  std::transform(host.begin(), host.end(), host.begin(), lower);
  std::string_view name = host;
  const bool wildcard = name.starts_with("*.");
  if (wildcard) name.remove_prefix(2);
  if (SocketAddress::parse(name, 0)) return refuse("expected a DNS name, not an IP address");
  if (name.find('*') != std::string_view::npos)
    return refuse("a wildcard is the whole first label, as in '*.example.com'");
  if (name.find(':') != std::string_view::npos) return refuse("a host has no port");
  if (!is_dns_name(name)) return refuse("expected a DNS name of letters, digits, '-' and '.'");
  return host;
}

void add_hosts_of(const Ingress& ingress, std::set<std::string>& hosts) {
  for (const IngressRule& rule : ingress.rules)
    if (auto host = normalise_ingress_host(rule.host)) hosts.insert(*std::move(host));
  if (ingress.rules.empty()) hosts.emplace(router::kDefaultHost);
}

}  // namespace headgate::k8swatch
