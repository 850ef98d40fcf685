// How many lines of access logs were lost, over all places they go to, past ones included.
#pragma once

#include <atomic>
#include <cstdint>

namespace headgate::observe {

// Shared by the sinks that count into it; any thread.
class LostLines {
 public:
  void add(std::uint64_t lines) { count_.fetch_add(lines, std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t value() const { return count_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> count_{0};
};

}  // namespace headgate::observe
