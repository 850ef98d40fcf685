// The entries of spec.tls of one Ingress, by the hosts they list.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "k8swatch/name_key.h"
#include "k8swatch/objects.h"

namespace headgate::k8swatch {

// Views the Ingress, which must outlive it.
class TlsEntries {
 public:
  explicit TlsEntries(const Ingress& ingress);

  // The entries that list the normalised `host`, in their order; each once.
  [[nodiscard]] const std::vector<std::uint32_t>& listing(std::string_view host) const;
  // The hosts of the Ingress's rules whose certificate depends on that Secret: it is listed for them, or
  // nothing is and its names decide.
  [[nodiscard]] std::vector<std::string> hosts_using(std::string_view secret_name) const;

 private:
  const Ingress& ingress_;
  NameMap<std::vector<std::uint32_t>> by_host_;
};

}  // namespace headgate::k8swatch
