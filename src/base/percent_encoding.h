// Percent-encoding (RFC 3986 §2.1): bytes that may not stand in a part of a URL, as %XX. What may stand there
// is a table of its own for each kind of place. Pure functions, any thread.
#pragma once

#include <array>
#include <string>
#include <string_view>

namespace headgate {

// The bytes that stay as they are.
class PlainBytes {
 public:
  // Visible ASCII without `excepted`.
  static constexpr PlainBytes visible_but(std::string_view excepted) {
    PlainBytes result;
    for (unsigned byte = 0x21; byte < 0x7f; ++byte) result.plain_[byte] = true;
    for (const char c : excepted) result.plain_[static_cast<unsigned char>(c)] = false;
    return result;
  }
  // RFC 3986 §2.3.
  static constexpr PlainBytes unreserved() { return visible_but("!\"#$%&'()*+,/:;<=>?@[\\]^`{|}"); }
  [[nodiscard]] constexpr bool holds(char c) const { return plain_[static_cast<unsigned char>(c)]; }

 private:
  std::array<bool, 256> plain_{};
};

// For one value of a query, and wherever nothing but the value may have a meaning.
inline constexpr PlainBytes kUnreservedBytes = PlainBytes::unreserved();
// For targets and URLs that are put together from parts already encoded: what ends them, and nothing else.
inline constexpr PlainBytes kTargetBytes = PlainBytes::visible_but("\"#<>");
// What nginx leaves as it is in a path that it has changed.
inline constexpr PlainBytes kPathBytes = PlainBytes::visible_but("\"#%<>?\\^`{|}");

// Appends two digits, upper case.
inline void append_hex(std::string& out, char c) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  const auto byte = static_cast<unsigned char>(c);
  out += kDigits[byte >> 4U];
  out += kDigits[byte & 15U];
}

inline void append_percent_encoded(std::string& out, std::string_view text, const PlainBytes& plain) {
  for (const char c : text) {
    if (plain.holds(c)) {
      out += c;
    } else {
      out += '%';
      append_hex(out, c);
    }
  }
}

inline std::string percent_encoded(std::string_view text, const PlainBytes& plain) {
  std::string out;
  out.reserve(text.size());
  append_percent_encoded(out, text, plain);
  return out;
}

}  // namespace headgate
