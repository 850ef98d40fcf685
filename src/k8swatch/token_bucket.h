// Lets a burst through and then so many a second. A pure state machine: time is an argument.
#pragma once

#include <algorithm>
#include <chrono>

#include "base/clock.h"

namespace headgate::k8swatch {

class TokenBucket {
 public:
  // `burst` tokens at the start and at most; a new one each `period`.
  TokenBucket(double burst, Duration period) : burst_(burst), period_(period), tokens_(burst) {}

  // Takes one; false: there is none.
  bool take(TimePoint now) {
    refill(now);
    if (tokens_ < 1) return false;
    tokens_ -= 1;
    return true;
  }
  // When take() will succeed; may be in the past.
  [[nodiscard]] TimePoint next() const {
    if (tokens_ >= 1) return filled_at_;
    const auto missing = std::chrono::duration<double>(period_) * (1 - tokens_);
    return filled_at_ + std::chrono::ceil<Duration>(missing);
  }
  [[nodiscard]] bool is_full(TimePoint now) const { return tokens_at(now) >= burst_; }

 private:
  void refill(TimePoint now) {
    if (now <= filled_at_) return;
    tokens_ = tokens_at(now);
    filled_at_ = now;
  }
  [[nodiscard]] double tokens_at(TimePoint now) const {
    return std::min(burst_, tokens_ + std::chrono::duration<double>(now - filled_at_) / period_);
  }

  double burst_;
  Duration period_;
  double tokens_;
  TimePoint filled_at_{};
};

}  // namespace headgate::k8swatch
