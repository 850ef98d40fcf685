// The nonces of one Ingress with auth-type: digest (RFC 7616 §3.3, §5.4): made and recognised without being
// remembered, by a key that nobody else has. Remembered are those that somebody has logged in with, so that
// no answer is taken twice. Times and counts are those of nginx's module, as ingress-nginx leaves them.
//
// Shared by all Workers, because a client's connections are spread over them. The key is of this process:
// a nonce of another replica is a stale one, which clients answer anew without asking their users. It is not
// derived from the Secret: a challenge would then tell something about the passwords.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "base/clock.h"

namespace headgate::policy {

class DigestNonces {
 public:
  static constexpr std::chrono::seconds kLogin{60};      // from the challenge to the first answer
  static constexpr std::chrono::seconds kReuse{10};      // from there to the last one
  static constexpr std::uint32_t kMostUses = 20;         // nc from 1 to this, each once, in any order
  static constexpr std::size_t kMostNonces = 64 * 1024;  // log-ins within kLogin + kReuse

  enum class Use : std::uint8_t {
    good,
    stale,  // not ours, too old, or used so before
    full,   // more log-ins than are remembered: a replay could not be told from it
  };

  DigestNonces();

  // 64 hexadecimal digits. Any thread, likewise the next one.
  [[nodiscard]] std::string make(TimePoint now);
  // Once the answer is known to be right, so that nobody else fills the memory. `count`: nc.
  Use use(std::string_view nonce, std::uint32_t count, TimePoint now);

 private:
  struct Known {
    TimePoint until;
    std::uint32_t used = 0;  // a bit for each nc
  };
  [[nodiscard]] std::string mac(char purpose, std::string_view text) const;
  void forget_old(TimePoint now);

  std::string key_;
  std::atomic<std::uint64_t> made_{0};
  std::mutex mutex_;  // held for a look-up; only those who have logged in come here
  std::unordered_map<std::string, Known> known_;
  std::deque<std::pair<TimePoint, std::string>> by_age_;  // and when they may be forgotten
};

}  // namespace headgate::policy
