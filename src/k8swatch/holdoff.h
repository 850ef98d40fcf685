// Waits a moment after a change for more of them, so that a burst becomes one publication, and never waits
// long. A pure state machine: time is an argument.
#pragma once

#include <algorithm>
#include <optional>
#include <utility>

#include "base/clock.h"

namespace headgate::k8swatch {

struct HoldOffOptions {
  Duration quiet = std::chrono::milliseconds(2);  // act after this long without a change
  Duration most = std::chrono::milliseconds(50);  // and at the latest this long after the first
};

class HoldOff {
 public:
  explicit HoldOff(HoldOffOptions options = {}) : options_(options) {}

  void note_change(TimePoint now) {
    if (!std::exchange(waiting_, true)) first_ = now;
    last_ = now;
  }
  // When to act; nothing: there is nothing to do.
  [[nodiscard]] std::optional<TimePoint> deadline() const {
    if (!waiting_) return std::nullopt;
    return std::min(first_ + options_.most, last_ + options_.quiet);
  }
  [[nodiscard]] bool is_due(TimePoint now) const { return waiting_ && now >= *deadline(); }
  void clear() { waiting_ = false; }

 private:
  HoldOffOptions options_;
  bool waiting_ = false;
  TimePoint first_{};
  TimePoint last_{};
};

}  // namespace headgate::k8swatch
