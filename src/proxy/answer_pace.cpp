#include "proxy/answer_pace.h"

#include <algorithm>
#include <chrono>

#include "proxy/exchange.h"

namespace headgate::proxy {

void AnswerPace::begin(std::uint64_t rate, std::uint64_t after, TimePoint now) {
  rate_ = rate;
  after_ = after;
  sent_ = 0;
  began_ = now;
}

void AnswerPace::sent(std::uint64_t total, TimePoint now, TimerWheel& timers) {
  sent_ = total;
  if (room(now) == 0) timers.set(*this, now + TimerWheel::kTick);
}

std::size_t AnswerPace::room(TimePoint now) const {
  const auto elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(now - began_).count();
  constexpr std::uint64_t kLongest = 1'000'000'000;  // ms: beyond, no product of it and a rate overflows
  const std::uint64_t time = std::min(static_cast<std::uint64_t>(elapsed) + 1000, kLongest);
  const std::uint64_t allowed = after_ + rate_ / 1000 * time + rate_ % 1000 * time / 1000;
  return allowed > sent_ ? static_cast<std::size_t>(allowed - sent_) : 0;
}

void AnswerPace::end() {
  rate_ = 0;
  TimerWheel::unset(*this);
}

void AnswerPace::on_timeout() { exchange_.on_pace(); }

}  // namespace headgate::proxy
