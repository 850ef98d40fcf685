// Writing access log fields to memory: numbers, seconds and escaped client text. Each function writes at
// `out` and returns the end; the caller has made room (kMaxNumber bytes for a number, 4 × size for escaped
// text).
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace headgate::observe {

inline constexpr std::size_t kMaxNumber = 24;

// Copies a short text (most are 8 to 48 bytes) without a call.
inline char* write_text(char* out, std::string_view text) {
  const char* const from = text.data();
  const std::size_t size = text.size();
  if (size > 64 || size < 8) {
    if (size > 64) {
      std::memcpy(out, from, size);
    } else {
      for (std::size_t i = 0; i < size; ++i) out[i] = from[i];
    }
    return out + size;
  }
  if (size > 16) {
    // Whole blocks from the front, then one that ends with the text and may overlap them.
    for (std::size_t i = 0; i + 16 < size; i += 16) std::memcpy(out + i, from + i, 16);
    std::memcpy(out + size - 16, from + size - 16, 16);
    return out + size;
  }
  std::memcpy(out, from, 8);
  std::memcpy(out + size - 8, from + size - 8, 8);
  return out + size;
}

char* write_number(char* out, std::uint64_t value);
// "0.123"; negative (not reached): "-".
char* write_seconds(char* out, std::chrono::microseconds value);
// As nginx's default escaping; empty: "-".
char* write_escaped(char* out, std::string_view text);

}  // namespace headgate::observe
