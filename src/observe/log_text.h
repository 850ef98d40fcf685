// Writing access log fields to memory: numbers, seconds and escaped client text. Each function writes at
// `out` and returns the end; the caller has made room (kMaxNumber bytes for a number, 4 × size for escaped
// text).
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace headgate::observe {

inline constexpr std::size_t kMaxNumber = 24;

char* write_number(char* out, std::uint64_t value);
// "0.123"; negative (not reached): "-".
char* write_seconds(char* out, std::chrono::microseconds value);
// As nginx's default escaping; empty: "-".
char* write_escaped(char* out, std::string_view text);

}  // namespace headgate::observe
