// Digests of short byte strings (FIPS 180-4; RFC 1321 for MD5), and comparison without telling where two
// differ.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace headgate {

// Not for secrets: for protocols and files that have it fixed (RFC 6455 §4.2.2, htpasswd).
std::array<std::uint8_t, 20> sha1(std::string_view bytes);
// Likewise: for the "apr1" form of htpasswd.
std::array<std::uint8_t, 16> md5(std::string_view bytes);

std::array<std::uint8_t, 32> sha256(std::string_view bytes);
// RFC 2104. All zero where there is no memory.
std::array<std::uint8_t, 32> hmac_sha256(std::string_view key, std::string_view bytes);

// Lower case.
template <std::size_t kSize>
std::string hex_text(const std::array<std::uint8_t, kSize>& bytes) {
  std::string text;
  for (const std::uint8_t byte : bytes) {
    text += "0123456789abcdef"[byte >> 4];
    text += "0123456789abcdef"[byte & 15];
  }
  return text;
}

// In a time that depends on the sizes alone.
bool same_secret(std::string_view a, std::string_view b);
// Overwrites it, so that it does not stay in freed memory.
void wipe(std::string& secret);

}  // namespace headgate
