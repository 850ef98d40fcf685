#include "tls/pem.h"

#include <array>
#include <cstdint>

namespace headgate::tls {
namespace {

constexpr std::string_view kBegin = "-----BEGIN ";
constexpr std::string_view kDashes = "-----";

constexpr std::uint8_t kSkip = 64;   // white space
constexpr std::uint8_t kWrong = 65;  // not of the alphabet

constexpr std::array<std::uint8_t, 256> make_values() {
  std::array<std::uint8_t, 256> values{};
  for (std::uint8_t& value : values) value = kWrong;
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (std::size_t i = 0; i < kAlphabet.size(); ++i)
    values[static_cast<unsigned char>(kAlphabet[i])] = static_cast<std::uint8_t>(i);
  for (const char c : {' ', '\t', '\r', '\n'}) values[static_cast<unsigned char>(c)] = kSkip;
  return values;
}
constexpr std::array<std::uint8_t, 256> kValues = make_values();

// Base64 with white space anywhere and its padding at the end. False: it is something else.
bool decode(std::string_view text, std::string& out) {
  std::string bytes(text.size() / 4 * 3 + 3, '\0');
  char* end = bytes.data();
  std::uint32_t bits = 0;
  unsigned count = 0;
  unsigned padding = 0;
  for (const char c : text) {
    const std::uint8_t value = kValues[static_cast<unsigned char>(c)];
    if (value < kSkip && padding == 0) {
      bits = (bits << 6) | value;
      if (++count % 4 != 0) continue;
      *end++ = static_cast<char>(bits >> 16);
      *end++ = static_cast<char>(bits >> 8);
      *end++ = static_cast<char>(bits);
    } else if (c == '=') {
      if (++padding > 2) return false;
    } else if (value != kSkip) {
      return false;
    }
  }
  if ((count + padding) % 4 != 0) return false;
  if (padding == 1) *end++ = static_cast<char>(bits >> 10);
  if (padding == 1) *end++ = static_cast<char>(bits >> 2);
  if (padding == 2) *end++ = static_cast<char>(bits >> 4);
  // Of its exact size: most of these are kept.
  out.assign(bytes.data(), static_cast<std::size_t>(end - bytes.data()));
  return !out.empty();
}

// The header lines of RFC 1421 end with an empty line; without a colon in the first line there are none.
std::string_view without_headers(std::string_view body, bool& encrypted) {
  const std::string_view first = body.substr(0, body.find('\n', body.find_first_not_of("\r\n")));
  if (first.find(':') == std::string_view::npos) return body;
  encrypted = first.find("ENCRYPTED") != std::string_view::npos;
  for (const std::string_view blank : {"\n\n", "\n\r\n"}) {
    const std::size_t at = body.find(blank);
    if (at != std::string_view::npos) return body.substr(at + blank.size());
  }
  return {};
}

}  // namespace

bool PemReader::next(PemBlock& block) {
  block = PemBlock();
  for (;;) {
    const std::size_t begin = rest_.find(kBegin);
    if (begin == std::string_view::npos) return false;
    const bool starts_a_line = begin == 0 || rest_[begin - 1] == '\n' || rest_[begin - 1] == '\r';
    rest_.remove_prefix(begin + kBegin.size());
    if (starts_a_line) break;
  }
  const std::size_t label_end = rest_.find(kDashes);
  const std::size_t line_end = rest_.find('\n');
  if (label_end == std::string_view::npos || label_end > line_end) {
    block.broken = true;
    return true;
  }
  block.label = rest_.substr(0, label_end);
  rest_.remove_prefix(label_end + kDashes.size());
  const std::size_t body_end = rest_.find(kDashes);
  if (body_end == std::string_view::npos || !rest_.substr(body_end).starts_with("-----END ") ||
      !rest_.substr(body_end + 9).starts_with(block.label)) {
    block.broken = true;
    return true;
  }
  const std::string_view body = without_headers(rest_.substr(0, body_end), block.encrypted);
  rest_.remove_prefix(body_end + 9 + block.label.size());
  if (block.encrypted) return true;
  if (!decode(body, block.der)) {
    block.der.clear();
    block.broken = true;
  }
  return true;
}

}  // namespace headgate::tls
