// How far the connection's window is opened again: the arithmetic behind H2Settings::connection_window.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace headgate::http {

// Announced is half of the most that may be held, but no less than a window begins with; the client is given
// back what it has used on receipt, less what is held beyond the other half. So the window still open and
// what is held never exceed `most` together (or the beginning 65,535 where `most` is less than that).
class H2ReceiveWindow {
 public:
  static constexpr std::uint32_t kInitial = 65535;  // RFC 9113 §6.9.2: a connection's cannot begin smaller

  explicit H2ReceiveWindow(std::uint32_t most)
      : announced_(std::max(std::min<std::uint32_t>(most, INT32_MAX) / 2, kInitial)),
        hold_freely_(most > announced_ ? most - announced_ : 0) {}

  [[nodiscard]] std::uint32_t announced() const { return announced_; }
  // Content has come; `held`: somebody keeps it until release().
  void receive(std::size_t size, bool held) {
    owed_ += size;
    if (held) held_ += size;
  }
  void release(std::size_t size) { held_ -= size; }
  // What can be given back now, and is.
  std::size_t give_back() {
    const std::size_t kept = std::min(owed_, held_ > hold_freely_ ? held_ - hold_freely_ : 0);
    const std::size_t given = owed_ - kept;
    owed_ = kept;
    return given;
  }

 private:
  std::uint32_t announced_;
  std::size_t hold_freely_;
  std::size_t held_ = 0;
  std::size_t owed_ = 0;
};

}  // namespace headgate::http
