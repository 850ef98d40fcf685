// Sec-WebSocket-Key for a WebSocket that came without one: over HTTP/2 it has none (RFC 8441 §5), an HTTP/1
// pod wants one (RFC 6455 §4.1).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace headgate::http {

class WebSocketKey {
 public:
  // Base64 of the 128 bits.
  WebSocketKey(std::uint64_t high, std::uint64_t low) {
    static constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    // 21 digits of six bits, one of two bits and four zeros, two of padding.
    for (std::size_t i = 0; i < 22; ++i) {
      text_[i] = kDigits[high >> 58];
      high = high << 6 | low >> 58;
      low <<= 6;
    }
    text_[22] = text_[23] = '=';
  }
  [[nodiscard]] std::string_view view() const { return {text_.data(), text_.size()}; }

 private:
  std::array<char, 24> text_;
};

}  // namespace headgate::http
