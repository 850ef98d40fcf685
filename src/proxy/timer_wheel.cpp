#include "proxy/timer_wheel.h"

#include <algorithm>

namespace headgate::proxy {

Timer::~Timer() { TimerWheel::unlink(*this); }

void TimerWheel::unlink(Timer& timer) {
  if (timer.head_ == nullptr) return;
  if (timer.previous_ != nullptr) {
    timer.previous_->next_ = timer.next_;
  } else {
    *timer.head_ = timer.next_;
  }
  if (timer.next_ != nullptr) timer.next_->previous_ = timer.previous_;
  timer.previous_ = timer.next_ = nullptr;
  timer.head_ = nullptr;
  timer.scheduled_ = TimePoint::max();
}

void TimerWheel::schedule(Timer& timer, TimePoint when) {
  unlink(timer);
  const TimePoint horizon = current_ + kTick * (kSlots - 2);
  when = std::clamp(when, current_, horizon);
  const auto ticks = static_cast<std::size_t>((when - current_ + kTick - Duration(1)) / kTick) + 1;
  const std::size_t slot = (position_ + ticks) % kSlots;
  timer.scheduled_ = when;
  timer.head_ = &slots_[slot];
  timer.next_ = slots_[slot];
  if (timer.next_ != nullptr) timer.next_->previous_ = &timer;
  slots_[slot] = &timer;
}

void TimerWheel::advance(TimePoint now) {
  while (current_ + kTick <= now) {
    current_ += kTick;
    position_ = (position_ + 1) % kSlots;
    // A callback may set, unset or destroy any timer, this slot's included: always take the first one left.
    while (Timer* timer = slots_[position_]) {
      unlink(*timer);
      if (timer->deadline_ == TimePoint::max()) continue;
      if (timer->deadline_ > current_) {
        schedule(*timer, timer->deadline_);
        continue;
      }
      timer->deadline_ = TimePoint::max();
      timer->on_timeout();
    }
  }
}

}  // namespace headgate::proxy
