// How long to wait before the next try: doubles, has a ceiling and a jitter, and forgets after a quiet time.
// The numbers are client-go's, so that a fleet of Headgates treats an API server that comes back as other
// controllers do. A pure state machine: time and chance are arguments.
#pragma once

#include <algorithm>
#include <functional>
#include <optional>
#include <utility>

#include "base/clock.h"

namespace headgate::k8swatch {

class Backoff {
 public:
  static constexpr Duration kFirst = std::chrono::milliseconds(800);
  static constexpr Duration kMost = std::chrono::seconds(30);  // before the jitter
  static constexpr Duration kForget = std::chrono::minutes(2);

  // `jitter` gives numbers from 0 up to 1; a wait is lengthened by that part of it.
  explicit Backoff(std::function<double()> jitter) : jitter_(std::move(jitter)) {}

  Duration next(TimePoint now) {
    if (last_ && now - *last_ > kForget) current_ = kFirst;
    last_ = now;
    const Duration wait =
        current_ + std::chrono::duration_cast<Duration>(std::chrono::duration<double>(current_) * jitter_());
    current_ = std::min(current_ * 2, kMost);
    return wait;
  }

 private:
  std::function<double()> jitter_;
  Duration current_ = kFirst;
  std::optional<TimePoint> last_;
};

}  // namespace headgate::k8swatch
