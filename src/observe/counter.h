// Counters and histograms with one writer (the owning Worker) and any number of readers (the scrape): no lock
// and no read-modify-write instruction on the request path.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace headgate::observe {

class Counter {
 public:
  void add(std::uint64_t n = 1) {
    value_.store(value_.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
  }
  [[nodiscard]] std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }
  void reset() { value_.store(0, std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

// A level: connections open now. May be read while it moves.
class Gauge {
 public:
  void add(std::int64_t n) {
    value_.store(value_.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
  }
  [[nodiscard]] std::int64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::int64_t> value_{0};
};

// Histograms with the same bounds that observe one event together: the values of one event mostly fall into
// the same bucket, so the counters of a bucket lie side by side, and an event touches few lines of memory.
// Cumulative at scrape time, not here. Sums are in the unit observed.
template <std::size_t N, std::size_t Members>
class Histograms {
 public:
  void observe(std::size_t member, const std::array<std::uint64_t, N>& upper_bounds, std::uint64_t value) {
    // Most values lie at one of the two ends.
    std::size_t i = value > upper_bounds[N - 1] ? N : 0;
    while (i < N && value > upper_bounds[i]) ++i;
    buckets_[i][member].add();
    sums_[member].add(value);
  }
  // `bucket` N is +Inf.
  [[nodiscard]] std::uint64_t count(std::size_t member, std::size_t bucket) const {
    return buckets_[bucket][member].value();
  }
  [[nodiscard]] std::uint64_t sum(std::size_t member) const { return sums_[member].value(); }

 private:
  std::array<Counter, Members> sums_;
  std::array<std::array<Counter, Members>, N + 1> buckets_;
};

}  // namespace headgate::observe
