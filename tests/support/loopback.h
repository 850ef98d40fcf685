// Sockets bound to addresses of this machine, for the servers of tests.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>

#include "support/file_descriptor.h"

namespace headgate::test_support {

inline constexpr const char* kLoopback = "127.0.0.1";

struct BoundSocket {
  FileDescriptor fd;
  std::uint16_t port = 0;
};

inline sockaddr_in ipv4_address(const std::string& address, std::uint16_t port) {
  sockaddr_in result{};
  result.sin_family = AF_INET;
  result.sin_port = htons(port);
  if (::inet_pton(AF_INET, address.c_str(), &result.sin_addr) != 1)
    throw std::runtime_error(address + " is no IPv4 address");
  return result;
}

// Of `type` SOCK_STREAM or SOCK_DGRAM. Port 0: one that the kernel chooses. Throws std::runtime_error.
inline BoundSocket bind_socket(int type, const std::string& address = kLoopback, std::uint16_t port = 0) {
  BoundSocket bound{FileDescriptor(::socket(AF_INET, type | SOCK_CLOEXEC, 0)), port};
  sockaddr_in where = ipv4_address(address, port);
  socklen_t size = sizeof where;
  if (::bind(bound.fd.get(), reinterpret_cast<sockaddr*>(&where), size) != 0 ||
      ::getsockname(bound.fd.get(), reinterpret_cast<sockaddr*>(&where), &size) != 0)
    throw std::runtime_error("bind to " + address + ":" + std::to_string(port) + ": " + std::strerror(errno));
  bound.port = ntohs(where.sin_port);
  return bound;
}

// The same of TCP, with a queue of `backlog` connections.
inline BoundSocket listen_on(int backlog = 1024, const std::string& address = kLoopback,
                             std::uint16_t port = 0) {
  BoundSocket bound = bind_socket(SOCK_STREAM, address, port);
  if (::listen(bound.fd.get(), backlog) != 0)
    throw std::runtime_error("listen on " + address + ":" + std::to_string(port) + ": " +
                             std::strerror(errno));
  return bound;
}

}  // namespace headgate::test_support
