#include "policy/basic_user.h"

#include <cstddef>
#include <cstdint>

#include "base/base64.h"
#include "http/ascii.h"

namespace headgate::policy {

std::string_view basic_user(std::string_view authorization, char* out) {
  constexpr std::string_view kScheme = "basic ";
  if (!http::starts_with_ignoring_case(authorization, kScheme)) return {};
  std::size_t size = 0;
  std::uint32_t bits = 0;
  int held = 0;
  for (const char c : http::trim(authorization.substr(kScheme.size()))) {
    const int value = base64_value(c);
    if (value < 0) return {};  // the padding, too: a colon would have come before
    bits = (bits << 6) | static_cast<std::uint32_t>(value);
    held += 6;
    if (held < 8) continue;
    held -= 8;
    const char byte = static_cast<char>(static_cast<unsigned char>(bits >> held));
    if (byte == ':') return {out, size};
    out[size++] = byte;
  }
  return {};
}

}  // namespace headgate::policy
