// Base64 (RFC 4648 §4).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace headgate {

inline constexpr std::string_view kBase64Alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

namespace detail {
constexpr std::array<std::int8_t, 256> make_base64_values() {
  std::array<std::int8_t, 256> values{};
  for (std::int8_t& value : values) value = -1;
  for (std::size_t i = 0; i < kBase64Alphabet.size(); ++i)
    values[static_cast<unsigned char>(kBase64Alphabet[i])] = static_cast<std::int8_t>(i);
  return values;
}
inline constexpr std::array<std::int8_t, 256> kBase64Values = make_base64_values();
}  // namespace detail

// The six bits of a digit; -1: it is none.
inline int base64_value(char digit) { return detail::kBase64Values[static_cast<unsigned char>(digit)]; }

// As Kubernetes Secrets carry it: padding required; line breaks inside are skipped, as Go's decoder does;
// anything else outside the alphabet is an error. The error never quotes the input.
Result<std::string> decode_base64(std::string_view text);

// As Basic credentials and htpasswd have it: the padding may be missing. Nothing: it holds another character.
std::optional<std::string> decode_base64_without_padding(std::string_view text);

// One line, with padding.
std::string encode_base64(std::string_view bytes);

}  // namespace headgate
