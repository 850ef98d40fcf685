// The names of a trace and of its spans (W3C Trace Context §3.2.2): bytes, most significant first; all zero
// is none.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace headgate {

using TraceId = std::array<std::uint8_t, 16>;
using SpanId = std::array<std::uint8_t, 8>;

template <std::size_t kSize>
bool is_zero(const std::array<std::uint8_t, kSize>& id) {
  return std::all_of(id.begin(), id.end(), [](std::uint8_t byte) { return byte == 0; });
}

// Writes two lower-case hexadecimal digits for each byte; returns their end.
template <std::size_t kSize>
char* write_hex(const std::array<std::uint8_t, kSize>& id, char* out) {
  for (const std::uint8_t byte : id) {
    *out++ = "0123456789abcdef"[byte >> 4];
    *out++ = "0123456789abcdef"[byte & 15];
  }
  return out;
}

}  // namespace headgate
