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

// Cumulative at scrape time, not here: one bucket is touched per observation. `sum` is in the unit observed.
template <std::size_t N>
struct Histogram {
  std::array<Counter, N + 1> buckets;  // the last is +Inf
  Counter sum;

  void observe(const std::array<std::uint64_t, N>& upper_bounds, std::uint64_t value) {
    // Most values lie at one of the two ends.
    std::size_t i = value > upper_bounds[N - 1] ? N : 0;
    while (i < N && value > upper_bounds[i]) ++i;
    buckets[i].add();
    sum.add(value);
  }
  void reset() {
    for (Counter& bucket : buckets) bucket.reset();
    sum.reset();
  }
};

}  // namespace headgate::observe
