// Waits a moment after a change for more of them, so that a burst becomes one publication, and never waits
// long. A pure state machine: time is an argument.
#pragma once

#include <algorithm>
#include <optional>
#include <utility>

#include "base/clock.h"

namespace headgate::k8swatch {

struct HoldOffOptions {
  Duration quiet = std::chrono::milliseconds(2);   // act after this long without a change
  Duration most = std::chrono::milliseconds(50);   // and at the latest this long after the first
  Duration urgent = std::chrono::milliseconds(5);  // or after the first urgent one
};

class HoldOff {
 public:
  explicit HoldOff(HoldOffOptions options = {}) : options_(options) {}

  void note_change(TimePoint now) {
    if (!std::exchange(waiting_, true)) first_ = now;
    last_ = now;
  }
  // One that must not wait for a storm of others to pass: endpoints.
  void note_urgent_change(TimePoint now) {
    note_change(now);
    if (!urgent_since_) urgent_since_ = now;
  }
  // Until this is taken back, something is known to be missing that is probably on its way: only `most` ends
  // the wait.
  void set_incomplete(bool on) { incomplete_ = on; }

  // When to act; nothing: there is nothing to do.
  [[nodiscard]] std::optional<TimePoint> deadline() const {
    if (!waiting_) return std::nullopt;
    const TimePoint latest = first_ + options_.most;
    if (incomplete_) return latest;
    const TimePoint due = std::min(latest, last_ + options_.quiet);
    return urgent_since_ ? std::min(due, *urgent_since_ + options_.urgent) : due;
  }
  [[nodiscard]] bool is_due(TimePoint now) const { return waiting_ && now >= *deadline(); }
  void clear() {
    waiting_ = false;
    incomplete_ = false;
    urgent_since_.reset();
  }

 private:
  HoldOffOptions options_;
  bool waiting_ = false;
  bool incomplete_ = false;
  TimePoint first_{};
  TimePoint last_{};
  std::optional<TimePoint> urgent_since_;
};

}  // namespace headgate::k8swatch
