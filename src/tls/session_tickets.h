// The keys that session tickets are sealed with (RFC 5077 §4, nginx's form): those a Secret gives, or our
// own, which change every 12 hours. Locks for itself; used in handshakes only.
#pragma once

#include <chrono>
#include <mutex>
#include <optional>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "tls/server_context.h"

namespace headgate::tls {

class SessionTickets {
 public:
  static constexpr std::chrono::hours kRotateAfter{12};
  static constexpr std::size_t kNameSize = 16;
  static constexpr std::size_t kMacKeySize = 32;
  static constexpr std::size_t kCipherKeySize = 32;

  // `given` empty: keys of our own.
  explicit SessionTickets(std::vector<TicketKey> given);
  ~SessionTickets();
  SessionTickets(const SessionTickets&) = delete;
  SessionTickets& operator=(const SessionTickets&) = delete;

  // The key to seal with at `now`; nullopt: there is no randomness for a new one.
  std::optional<TicketKey> sealing(TimePoint now);

  struct Opening {
    TicketKey key;
    bool renew = false;  // not the one that seals: give the client a new ticket
  };
  // The key with this name; nullopt: unknown, or too old.
  std::optional<Opening> opening(std::string_view name, TimePoint now);

 private:
  void rotate(TimePoint now);

  const bool own_;
  std::mutex mutex_;
  std::vector<TicketKey> keys_;  // the first one seals
  TimePoint made_{};             // of the first one, where they are our own
};

}  // namespace headgate::tls
