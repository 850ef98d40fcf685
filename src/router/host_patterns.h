// Regular expressions of host names that lead to a VirtualHost (server-alias with '~'): looked at where no
// name and no wildcard of the table is the host. Immutable; shared by all threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "policy/pattern.h"
#include "router/virtual_host.h"

namespace headgate::router {

class HostPatterns {
 public:
  // Longer texts are names of nothing (RFC 1035 §2.3.4), and match none of them.
  static constexpr std::size_t kMostHostBytes = 253;
  // So many of one namespace; and so many steps may those of one namespace, and all of them together, take
  // for one name, counted for the slowest case. Whoever makes these sees to it.
  static constexpr std::size_t kMostOfOne = 256;
  static constexpr std::uint64_t kMostStepsOfOne = 1'000'000;
  static constexpr std::uint64_t kMostSteps = 8'000'000;

  struct Entry {
    policy::PatternRef pattern;  // never null, never one that is_limited()
    std::shared_ptr<const VirtualHost> host;
  };

  explicit HostPatterns(std::vector<Entry> entries) : entries_(std::move(entries)) {}

  // `host`: lower case. The first that matches; null: none does.
  [[nodiscard]] const VirtualHost* find(std::string_view host) const {
    if (host.size() > kMostHostBytes) return nullptr;
    for (const Entry& entry : entries_)
      if (entry.pattern.pattern->find_in(host) == policy::Pattern::Verdict::yes) return entry.host.get();
    return nullptr;
  }

  [[nodiscard]] const std::vector<Entry>& entries() const { return entries_; }

 private:
  std::vector<Entry> entries_;
};

}  // namespace headgate::router
