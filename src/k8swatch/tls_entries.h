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
  // What is looked at for a host that no entry lists. Each such host looks at each: many of both in one
  // Ingress would take the others' time.
  static constexpr std::size_t kMostForUnlisted = 64;

  explicit TlsEntries(const Ingress& ingress);

  // The entries that list the normalised `host`, in their order; each once.
  [[nodiscard]] const std::vector<std::uint32_t>& listing(std::string_view host) const;
  // The hosts of the Ingress's rules whose certificate depends on that Secret: it is listed for them, or
  // nothing is and its names decide.
  [[nodiscard]] std::vector<std::string> hosts_using(std::string_view secret_name) const;

  // The entries whose certificates may be for hosts that none lists: each Secret once, the first ones.
  [[nodiscard]] const std::vector<std::uint32_t>& for_unlisted() const { return for_unlisted_; }
  // The first host of the rules that no entry lists; empty: there is none. What is wrong with the entries
  // themselves is told for it alone.
  [[nodiscard]] const std::string& first_unlisted() const { return first_unlisted_; }

 private:
  const Ingress& ingress_;
  std::vector<std::uint32_t> for_unlisted_;
  std::string first_unlisted_;
  NameMap<std::vector<std::uint32_t>> by_host_;
};

}  // namespace headgate::k8swatch
