// Hand-made PROXY headers of version 2, right and wrong.
#pragma once

#include <string>
#include <string_view>

#include "support/client_hello.h"

namespace headgate::test_support {

inline constexpr std::string_view kProxySignature("\r\n\r\n\0\r\nQUIT\n", 12);

// `command`: 0x21 PROXY, 0x20 LOCAL. `family`: 0x11 TCP over IPv4, 0x21 over IPv6, …
inline std::string proxy_v2(int command, int family, std::string_view content) {
  return std::string(kProxySignature) + static_cast<char>(command) + static_cast<char>(family) +
         prefixed(content, 2);
}
inline std::string proxy_tlv(int type, std::string_view value) {
  return static_cast<char>(type) + prefixed(value, 2);
}
// 203.0.113.9:51000 → 192.0.2.1:`port`.
inline std::string proxy_v2_addresses(int port = 443) {
  return std::string("\xcb\x00\x71\x09\xc0\x00\x02\x01", 8) + big_endian(51000, 2) +
         big_endian(static_cast<std::size_t>(port), 2);
}

}  // namespace headgate::test_support
