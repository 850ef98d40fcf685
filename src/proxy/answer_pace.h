// How fast one answer may go to its client (limit-rate and limit-rate-after of ingress-nginx, reckoned as
// nginx does): one second's worth at once, then so much for each second since the head.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/clock.h"
#include "proxy/timer_wheel.h"

namespace headgate::proxy {

class Exchange;

// Of an Exchange whose Route has a limit; on its Worker thread. Wakes the Exchange when it may go on.
class AnswerPace final : public Timer {
 public:
  // A head, and what comes with it, is read in one piece, whatever the rate is.
  static constexpr std::size_t kHeadRoom = 4096;
  // Nor is content that is compressed read in smaller pieces: each costs a flush. Where that was too much, it
  // is reckoned against the time to come.
  static constexpr std::size_t kPackedRoom = std::size_t{16} * 1024;

  explicit AnswerPace(Exchange& exchange) : exchange_(exchange) {}

  // The head has come. Bytes a second, and bytes before that counts; both of what the client gets, which is
  // not what the pod sent where the answer is compressed.
  void begin(std::uint64_t rate, std::uint64_t after, TimePoint now);
  // So many bytes have gone to the client by now, its head and whatever frames the content included. Sets the
  // timer where there is no room for more.
  void sent(std::uint64_t total, TimePoint now, TimerWheel& timers);
  [[nodiscard]] bool has_begun() const { return rate_ != 0; }
  // Bytes that may be sent by `now`.
  [[nodiscard]] std::size_t room(TimePoint now) const;
  void end();

  void on_timeout() override;

 private:
  Exchange& exchange_;
  std::uint64_t rate_ = 0;
  std::uint64_t after_ = 0;
  std::uint64_t sent_ = 0;
  TimePoint began_{};
};

}  // namespace headgate::proxy
