// Latencies in buckets that are at most 1/64 wide: exact enough for a p99, and no allocation while counting.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace headgate::bench {

// Nanoseconds; values of 2^40 (18 minutes) and more share the last bucket.
class LatencyHistogram {
 public:
  void add(std::uint64_t ns) {
    ++counts_[index_of(ns)];
    ++total_;
    if (ns > max_) max_ = ns;
  }
  void clear() { *this = LatencyHistogram(); }
  [[nodiscard]] std::uint64_t max() const { return max_; }

  // The upper bound of the bucket that holds the given fraction (0..1) of all values; 0 when empty.
  [[nodiscard]] std::uint64_t quantile(double fraction) const {
    const auto wanted = static_cast<std::uint64_t>(fraction * static_cast<double>(total_));
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < counts_.size(); ++i) {
      seen += counts_[i];
      if (seen > wanted) return upper_bound_of(i) < max_ ? upper_bound_of(i) : max_;
    }
    return max_;
  }

 private:
  static constexpr unsigned kSubBits = 6;
  static constexpr unsigned kMaxBits = 40;
  static constexpr std::size_t kBuckets = (kMaxBits - kSubBits + 1) << kSubBits;

  static std::size_t index_of(std::uint64_t ns) {
    if (ns < (1U << kSubBits)) return ns;
    const unsigned shift = static_cast<unsigned>(std::bit_width(ns)) - 1 - kSubBits;
    const std::size_t index = (std::size_t{shift} << kSubBits) + (ns >> shift);
    return index < kBuckets ? index : kBuckets - 1;
  }
  static std::uint64_t upper_bound_of(std::size_t index) {
    if (index < (2U << kSubBits)) return index;
    const std::size_t shift = (index >> kSubBits) - 1;
    return ((index - (shift << kSubBits) + 1) << shift) - 1;
  }

  std::array<std::uint64_t, kBuckets> counts_{};
  std::uint64_t total_ = 0;
  std::uint64_t max_ = 0;
};

}  // namespace headgate::bench
