// How long an endpoint takes to answer, as a moving average that follows a peak at once and forgets it with
// time (peak EWMA, as in Finagle; ingress-nginx's constants). Each Worker has its own: latencies look alike
// from all of them, and a shared one would cost every request two writes to memory that other cores use.
#pragma once

#include <chrono>

#include "base/clock.h"

namespace headgate::proxy {

class LatencyAverage {
 public:
  static constexpr std::chrono::seconds kDecay{10};  // after that long without news, 1/e of it is left

  void add(std::chrono::microseconds latency, TimePoint now);
  // Where nothing is known: what others are like, so that a new endpoint gets its share and no more.
  void begin_with(double microseconds, TimePoint now);
  [[nodiscard]] double microseconds(TimePoint now) const;  // 0: nothing is known
  [[nodiscard]] bool is_known() const { return known_; }

 private:
  double value_ = 0;
  TimePoint at_{};
  bool known_ = false;
};

}  // namespace headgate::proxy
