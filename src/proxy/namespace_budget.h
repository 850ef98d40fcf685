// A bound on what all namespaces keep together, and a bound on each of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <string_view>

#include "proxy/shared_byte_budget.h"

namespace headgate::proxy {

// Thread-safe. Outlives the Shares of its parts. The caller takes of both.
class NamespaceBudget {
 public:
  explicit NamespaceBudget(std::uint64_t most) : all_(most) {
    for (std::size_t i = 0; i < kShares; ++i) shares_.emplace_back(most / 2);
  }

  [[nodiscard]] SharedByteBudget& all() { return all_; }
  // What one namespace may have: half, so that nobody's clients take it all. Namespaces whose names hash
  // alike share it.
  [[nodiscard]] SharedByteBudget& of(std::string_view namespace_name) {
    return shares_[std::hash<std::string_view>()(namespace_name) % kShares];
  }

 private:
  static constexpr std::size_t kShares = 64;
  SharedByteBudget all_;
  std::deque<SharedByteBudget> shares_;  // a deque, for they cannot move
};

}  // namespace headgate::proxy
