#include "base/socket_address.h"

#include <arpa/inet.h>

#include <cstring>

namespace headgate {
namespace {

bool is_v4_mapped(const sockaddr_in6& a) { return IN6_IS_ADDR_V4MAPPED(&a.sin6_addr); }

std::uint32_t host_order_v4(const sockaddr_in& a) { return ntohl(a.sin_addr.s_addr); }

std::uint32_t mapped_v4(const sockaddr_in6& a) {
  std::uint32_t value = 0;
  std::memcpy(&value, a.sin6_addr.s6_addr + 12, 4);
  return ntohl(value);
}

bool v4_is_loopback(std::uint32_t ip) { return (ip >> 24) == 127; }

bool v4_is_unroutable(std::uint32_t ip) {
  return (ip >> 24) == 0 || (ip >> 16) == 0xA9FE || (ip >> 28) == 0xE || ip == 0xFFFFFFFF;
}

}  // namespace

Result<SocketAddress> SocketAddress::parse(std::string_view ip, std::uint16_t port) {
  SocketAddress result;
  char text[INET6_ADDRSTRLEN + 1];
  if (ip.empty() || ip.size() >= sizeof text)
    return fail("not an IP address: '" + std::string(ip.substr(0, 64)) + "'");
  std::memcpy(text, ip.data(), ip.size());
  text[ip.size()] = '\0';
  if (inet_pton(AF_INET, text, &result.storage_.v4.sin_addr) == 1) {
    result.storage_.v4.sin_family = AF_INET;
    result.storage_.v4.sin_port = htons(port);
    return result;
  }
  if (inet_pton(AF_INET6, text, &result.storage_.v6.sin6_addr) == 1) {
    result.storage_.v6.sin6_family = AF_INET6;
    result.storage_.v6.sin6_port = htons(port);
    return result;
  }
  return fail("not an IP address: '" + std::string(ip) + "'");
}

SocketAddress SocketAddress::from_sockaddr(const sockaddr* address) {
  SocketAddress result;
  if (address->sa_family == AF_INET6) {
    std::memcpy(&result.storage_.v6, address, sizeof(sockaddr_in6));
  } else {
    std::memcpy(&result.storage_.v4, address, sizeof(sockaddr_in));
  }
  return result;
}

std::uint16_t SocketAddress::port() const {
  return ntohs(is_v6() ? storage_.v6.sin6_port : storage_.v4.sin_port);
}

std::string SocketAddress::ip_string() const {
  char text[INET6_ADDRSTRLEN] = "";
  if (!is_v6()) {
    inet_ntop(AF_INET, &storage_.v4.sin_addr, text, sizeof text);
  } else if (is_v4_mapped(storage_.v6)) {
    inet_ntop(AF_INET, storage_.v6.sin6_addr.s6_addr + 12, text, sizeof text);
  } else {
    inet_ntop(AF_INET6, &storage_.v6.sin6_addr, text, sizeof text);
  }
  return text;
}

std::string SocketAddress::to_string() const {
  std::string ip = ip_string();
  if (ip.find(':') != std::string::npos) ip = "[" + ip + "]";
  return ip + ":" + std::to_string(port());
}

bool SocketAddress::is_loopback() const {
  if (!is_v6()) return v4_is_loopback(host_order_v4(storage_.v4));
  if (is_v4_mapped(storage_.v6)) return v4_is_loopback(mapped_v4(storage_.v6));
  return IN6_IS_ADDR_LOOPBACK(&storage_.v6.sin6_addr);
}

bool SocketAddress::is_unroutable() const {
  if (!is_v6()) return v4_is_unroutable(host_order_v4(storage_.v4));
  if (is_v4_mapped(storage_.v6)) return v4_is_unroutable(mapped_v4(storage_.v6));
  const in6_addr* a = &storage_.v6.sin6_addr;
  return IN6_IS_ADDR_UNSPECIFIED(a) || IN6_IS_ADDR_MULTICAST(a) || IN6_IS_ADDR_LINKLOCAL(a);
}

bool operator==(const SocketAddress& a, const SocketAddress& b) {
  if (a.family() != b.family() || a.port() != b.port()) return false;
  if (a.is_v6()) return std::memcmp(&a.storage_.v6.sin6_addr, &b.storage_.v6.sin6_addr, 16) == 0;
  return a.storage_.v4.sin_addr.s_addr == b.storage_.v4.sin_addr.s_addr;
}

bool operator<(const SocketAddress& a, const SocketAddress& b) {
  if (a.family() != b.family()) return a.family() < b.family();
  if (a.is_v6()) {
    const int order = std::memcmp(&a.storage_.v6.sin6_addr, &b.storage_.v6.sin6_addr, 16);
    if (order != 0) return order < 0;
  } else if (a.storage_.v4.sin_addr.s_addr != b.storage_.v4.sin_addr.s_addr) {
    return host_order_v4(a.storage_.v4) < host_order_v4(b.storage_.v4);
  }
  return a.port() < b.port();
}

}  // namespace headgate
