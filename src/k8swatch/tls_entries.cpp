#include "k8swatch/tls_entries.h"

#include <algorithm>
#include <set>
#include <unordered_set>
#include <utility>

#include "k8swatch/ingress_host.h"

namespace headgate::k8swatch {

TlsEntries::TlsEntries(const Ingress& ingress) : ingress_(ingress) {
  for (std::uint32_t i = 0; i < ingress.tls.size(); ++i) {
    for (const std::string& written : ingress.tls[i].hosts) {
      auto host = normalise_ingress_host(written);
      if (!host) continue;  // told with the Ingress
      std::vector<std::uint32_t>& entries = by_host_[*std::move(host)];
      if (entries.empty() || entries.back() != i) entries.push_back(i);
    }
  }
  std::unordered_set<std::string_view> names;
  for (std::uint32_t i = 0; i < ingress.tls.size() && for_unlisted_.size() < kMostForUnlisted; ++i)
    if (names.insert(ingress.tls[i].secret_name).second) for_unlisted_.push_back(i);
  for (const IngressRule& rule : ingress.rules) {
    auto host = normalise_ingress_host(rule.host);
    if (!host || !listing(*host).empty()) continue;
    first_unlisted_ = *std::move(host);
    break;
  }
}

const std::vector<std::uint32_t>& TlsEntries::listing(std::string_view host) const {
  static const std::vector<std::uint32_t> kNone;
  const auto at = by_host_.find(host);
  return at == by_host_.end() ? kNone : at->second;
}

std::vector<std::string> TlsEntries::hosts_using(std::string_view secret_name) const {
  std::set<std::string> hosts;  // of many rules for one host, each is looked at once
  for (const IngressRule& rule : ingress_.rules)
    if (auto host = normalise_ingress_host(rule.host)) hosts.insert(*std::move(host));
  std::erase_if(hosts, [&](const std::string& host) {
    const std::vector<std::uint32_t>& entries = listing(host);
    return !entries.empty() && std::none_of(entries.begin(), entries.end(), [&](std::uint32_t i) {
      return ingress_.tls[i].secret_name == secret_name;
    });
  });
  return {hosts.begin(), hosts.end()};
}

}  // namespace headgate::k8swatch
