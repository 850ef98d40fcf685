// Waiting in tests: always for something, never for a time. Every wait has a deadline, after which it says
// no.
#pragma once

#include <poll.h>

#include <algorithm>
#include <chrono>
#include <functional>

namespace headgate::test_support {

// How long a test waits for a thing that should happen at once. Long, because it is reached by faults only
// and sanitizer builds on a busy machine are slow.
inline constexpr std::chrono::milliseconds kPatience{20000};

class Deadline {
 public:
  explicit Deadline(std::chrono::milliseconds from_now) : at_(std::chrono::steady_clock::now() + from_now) {}

  [[nodiscard]] bool passed() const { return std::chrono::steady_clock::now() >= at_; }
  // What poll(2) takes; 0 when passed.
  [[nodiscard]] int poll_timeout() const {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(at_ - std::chrono::steady_clock::now()).count();
    return static_cast<int>(std::clamp<long long>(left, 0, 600000));
  }
  [[nodiscard]] std::chrono::steady_clock::time_point at() const { return at_; }

 private:
  std::chrono::steady_clock::time_point at_;
};

// Asks `condition` again and again until it holds or the time is over; the last answer is returned. For
// states of another process that cannot be waited for in any other way.
inline bool eventually(const std::function<bool()>& condition, std::chrono::milliseconds within = kPatience) {
  const Deadline deadline(within);
  while (!condition()) {
    if (deadline.passed()) return condition();
    ::poll(nullptr, 0, std::min(2, deadline.poll_timeout()));
  }
  return true;
}

}  // namespace headgate::test_support
