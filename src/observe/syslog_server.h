// Where a syslog server is now: set by who looks up its name, read by the thread that sends to it.
#pragma once

#include <mutex>
#include <optional>

#include "base/socket_address.h"

namespace headgate::observe {

// Shared; any thread.
class SyslogServer {
 public:
  // Nothing: nobody knows.
  void set(std::optional<SocketAddress> address) {
    const std::lock_guard lock(mutex_);
    address_ = address;
  }
  [[nodiscard]] std::optional<SocketAddress> get() const {
    const std::lock_guard lock(mutex_);
    return address_;
  }

 private:
  mutable std::mutex mutex_;
  std::optional<SocketAddress> address_;
};

}  // namespace headgate::observe
