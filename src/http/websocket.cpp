#include "http/websocket.h"

#include <cstdint>
#include <string>

#include "base/digest.h"

namespace headgate::http {

std::array<char, 28> websocket_accept(std::string_view key) {
  static constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const std::array<std::uint8_t, 20> digest =
      sha1(std::string(key).append("258EAFA5-E914-47DA-95CA-C5AB0DC85B11"));
  std::array<char, 28> text{};
  char* out = text.data();
  for (std::size_t i = 0; i < digest.size(); i += 3) {
    const unsigned second = i + 1 < digest.size() ? digest[i + 1] : 0;
    const unsigned third = i + 2 < digest.size() ? digest[i + 2] : 0;
    const unsigned group = digest[i] << 16 | second << 8 | third;
    *out++ = kDigits[group >> 18];
    *out++ = kDigits[group >> 12 & 63];
    *out++ = kDigits[group >> 6 & 63];
    *out++ = kDigits[group & 63];
  }
  text.back() = '=';  // 20 bytes: the last group is two
  return text;
}

}  // namespace headgate::http
