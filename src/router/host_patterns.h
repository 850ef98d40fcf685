// Regular expressions of host names that lead to a VirtualHost (server-alias with '~'): looked at where no
// name and no wildcard of the table is the host. Immutable; shared by all threads.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "policy/pattern.h"
#include "router/virtual_host.h"

namespace headgate::router {

class HostPatterns {
 public:
  // All of them together take no more for one host name, counted for the slowest case; nor are there more.
  static constexpr std::uint64_t kMostSteps = 4'000'000;
  static constexpr std::size_t kMost = 256;

  struct Entry {
    policy::PatternRef pattern;  // never null
    std::shared_ptr<const VirtualHost> host;
  };

  explicit HostPatterns(std::vector<Entry> entries) : entries_(std::move(entries)) {}

  // `host`: lower case. The first that matches; null: none does, or it would take too many steps to know.
  [[nodiscard]] const VirtualHost* find(std::string_view host) const {
    std::uint64_t steps = 0;
    for (const Entry& entry : entries_) {
      steps += entry.pattern.pattern->most_steps(host.size());
      if (steps > kMostSteps) return nullptr;
      const auto verdict = entry.pattern.pattern->find_in(host);
      if (verdict == policy::Pattern::Verdict::yes) return entry.host.get();
      if (verdict == policy::Pattern::Verdict::gave_up) return nullptr;
    }
    return nullptr;
  }

  [[nodiscard]] const std::vector<Entry>& entries() const { return entries_; }

 private:
  std::vector<Entry> entries_;
};

}  // namespace headgate::router
