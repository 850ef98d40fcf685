// A syslog server for tests: a UDP socket of 127.0.0.1 that is read one datagram at a time.
#pragma once

#include <poll.h>
#include <sys/socket.h>

#include <cstdint>
#include <string>

#include "support/deadline.h"
#include "support/loopback.h"

namespace headgate::test_support {

class SyslogReceiver {
 public:
  [[nodiscard]] std::uint16_t port() const { return socket_.port; }
  // The next datagram; empty: none came in time.
  [[nodiscard]] std::string next(std::chrono::milliseconds within = kPatience) const {
    pollfd entry{socket_.fd.get(), POLLIN, 0};
    if (::poll(&entry, 1, static_cast<int>(within.count())) <= 0) return {};
    std::string text(65536, '\0');
    const ssize_t size = ::recv(socket_.fd.get(), text.data(), text.size(), 0);
    text.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
    return text;
  }

 private:
  BoundSocket socket_ = bind_socket(SOCK_DGRAM);
};

}  // namespace headgate::test_support
