#include "http/host.h"

#include <arpa/inet.h>

#include <cstddef>
#include <cstring>

#include "http/ascii.h"

namespace headgate::http {
namespace {

constexpr std::size_t kMaxHostBytes = 255;  // RFC 1035 §2.3.4

bool is_name(std::string_view name) {
  if (name.empty() || name.size() > kMaxHostBytes) return false;
  char before = '.';
  for (const char c : name) {
    const char lower = to_lower(c);
    const bool label = (lower >= 'a' && lower <= 'z') || is_digit(c) || c == '-' || c == '_';
    if (!label && (c != '.' || before == '.')) return false;
    before = c;
  }
  return true;
}

// Between the brackets. No zone: it means something on one host only (RFC 6874).
bool is_ipv6(std::string_view text) {
  char copy[INET6_ADDRSTRLEN];
  if (text.empty() || text.size() >= sizeof copy || text.find('\0') != std::string_view::npos) return false;
  std::memcpy(copy, text.data(), text.size());
  copy[text.size()] = '\0';
  in6_addr address;
  return inet_pton(AF_INET6, copy, &address) == 1;
}

bool is_port(std::string_view port) {
  if (port.size() > 5) return false;
  unsigned number = 0;
  for (const char c : port) {
    if (!is_digit(c)) return false;
    number = number * 10 + static_cast<unsigned>(c - '0');
  }
  return number <= 65535;
}

}  // namespace

HostPort split_host(std::string_view value) {
  HostPort result;
  std::string_view rest;
  if (!value.empty() && value.front() == '[') {
    const std::size_t bracket = value.find(']');
    if (bracket == std::string_view::npos || !is_ipv6(value.substr(1, bracket - 1))) return {};
    result.host = value.substr(0, bracket + 1);
    rest = value.substr(bracket + 1);
  } else {
    result.host = value.substr(0, value.find(':'));
    if (!is_name(result.host)) return {};
    rest = value.substr(result.host.size());
  }
  if (rest.empty()) return result;
  if (rest.front() != ':' || !is_port(rest.substr(1))) return {};
  result.port = rest.substr(1);
  return result;
}

}  // namespace headgate::http
