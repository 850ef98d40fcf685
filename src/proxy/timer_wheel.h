// Deadlines of connections: a hashed wheel with one coarse tick. Moving a deadline later, the common case, is
// one store; the wheel notices when the old slot comes up. Used by one thread.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>

#include "base/clock.h"

namespace headgate::proxy {

class TimerWheel;

// Embedded in what can time out. Fires once, at or up to two ticks after its deadline, and is then unset.
class Timer {
 public:
  Timer() = default;
  virtual ~Timer();
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  virtual void on_timeout() = 0;
  [[nodiscard]] bool is_set() const { return deadline_ != TimePoint::max(); }

 private:
  friend class TimerWheel;
  TimePoint deadline_ = TimePoint::max();
  TimePoint scheduled_ = TimePoint::max();  // when the wheel will look at it; max: not linked
  Timer* previous_ = nullptr;
  Timer* next_ = nullptr;
  Timer** head_ = nullptr;
};

class TimerWheel {
 public:
  static constexpr std::chrono::milliseconds kTick{100};

  explicit TimerWheel(TimePoint now) : current_(now) {}
  // The timers outlive nothing: whoever embeds one unlinks it by destroying it.

  void set(Timer& timer, TimePoint deadline) {
    timer.deadline_ = deadline;
    if (deadline < timer.scheduled_) schedule(timer, deadline);
  }
  // Leaves the timer linked where it is; the wheel drops it when its slot comes up.
  static void unset(Timer& timer) { timer.deadline_ = TimePoint::max(); }

  // Fires what is due. Called once a tick.
  void advance(TimePoint now);

 private:
  friend class Timer;
  static constexpr std::size_t kSlots = 1024;  // 102 s; longer deadlines come round again

  void schedule(Timer& timer, TimePoint when);
  static void unlink(Timer& timer);

  std::array<Timer*, kSlots> slots_{};
  std::size_t position_ = 0;
  TimePoint current_;  // the time `position_` stands for
};

}  // namespace headgate::proxy
