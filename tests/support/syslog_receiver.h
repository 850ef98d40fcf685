// A syslog server for tests: a UDP socket of 127.0.0.1 that is read one datagram at a time.
#pragma once

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <cstdint>
#include <stdexcept>
#include <string>

#include "support/deadline.h"
#include "support/file_descriptor.h"

namespace headgate::test_support {

class SyslogReceiver {
 public:
  SyslogReceiver() : socket_(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (::bind(socket_.get(), reinterpret_cast<sockaddr*>(&address), size) != 0 ||
        ::getsockname(socket_.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0)
      throw std::runtime_error("no socket for syslog");
    port_ = ntohs(address.sin_port);
  }

  [[nodiscard]] std::string port() const { return std::to_string(port_); }
  // The next datagram; empty: none came in time.
  [[nodiscard]] std::string next(std::chrono::milliseconds within = kPatience) const {
    pollfd entry{socket_.get(), POLLIN, 0};
    if (::poll(&entry, 1, static_cast<int>(within.count())) <= 0) return {};
    std::string text(65536, '\0');
    const ssize_t size = ::recv(socket_.get(), text.data(), text.size(), 0);
    text.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
    return text;
  }

 private:
  FileDescriptor socket_;
  std::uint16_t port_ = 0;
};

}  // namespace headgate::test_support
