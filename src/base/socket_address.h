// An IPv4 or IPv6 address with a port: a value, 28 bytes, comparable, and what connect(2) and bind(2) take.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace headgate {

class SocketAddress {
 public:
  SocketAddress() : storage_{} { storage_.v4.sin_family = AF_UNSPEC; }
  // `ip` is a literal without brackets ("10.0.0.1", "fd00::1"); never resolved by name.
  static Result<SocketAddress> parse(std::string_view ip, std::uint16_t port);
  static SocketAddress from_sockaddr(const sockaddr* address);

  [[nodiscard]] int family() const { return storage_.v4.sin_family; }
  [[nodiscard]] bool is_v6() const { return family() == AF_INET6; }
  [[nodiscard]] std::uint16_t port() const;
  [[nodiscard]] const sockaddr* data() const { return reinterpret_cast<const sockaddr*>(&storage_); }
  [[nodiscard]] sockaddr* data() { return reinterpret_cast<sockaddr*>(&storage_); }
  [[nodiscard]] socklen_t size() const { return is_v6() ? sizeof(sockaddr_in6) : sizeof(sockaddr_in); }
  static constexpr socklen_t capacity() { return sizeof(sockaddr_in6); }

  // "10.0.0.1" or "fd00::1". A v4-mapped v6 address prints as its IPv4 form.
  [[nodiscard]] std::string ip_string() const;
  // "10.0.0.1:80" or "[fd00::1]:80", as access logs write it.
  [[nodiscard]] std::string to_string() const;

  [[nodiscard]] bool is_loopback() const;
  // Unspecified, multicast or link-local: never a pod (link-local holds the cloud metadata services).
  [[nodiscard]] bool is_unroutable() const;

  friend bool operator==(const SocketAddress& a, const SocketAddress& b);
  friend bool operator<(const SocketAddress& a, const SocketAddress& b);

 private:
  union {
    sockaddr_in v4;
    sockaddr_in6 v6;
  } storage_;
};

}  // namespace headgate
