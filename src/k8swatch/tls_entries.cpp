#include "k8swatch/tls_entries.h"

#include <algorithm>
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
}

const std::vector<std::uint32_t>& TlsEntries::listing(std::string_view host) const {
  static const std::vector<std::uint32_t> kNone;
  const auto at = by_host_.find(host);
  return at == by_host_.end() ? kNone : at->second;
}

std::vector<std::string> TlsEntries::hosts_using(std::string_view secret_name) const {
  std::vector<std::string> hosts;
  for (const IngressRule& rule : ingress_.rules) {
    auto host = normalise_ingress_host(rule.host);
    if (!host) continue;
    const std::vector<std::uint32_t>& entries = listing(*host);
    if (entries.empty() || std::any_of(entries.begin(), entries.end(), [&](std::uint32_t i) {
          return ingress_.tls[i].secret_name == secret_name;
        }))
      hosts.push_back(*std::move(host));
  }
  return hosts;
}

}  // namespace headgate::k8swatch
