#include "observe/log_escape.h"

#include <algorithm>

#include "observe/log_text.h"

namespace headgate::observe {
namespace {

constexpr char kHex[] = "0123456789ABCDEF";

bool continues(std::string_view text, std::size_t at, unsigned char least = 0x80, unsigned char most = 0xbf) {
  if (at >= text.size()) return false;
  const auto byte = static_cast<unsigned char>(text[at]);
  return byte >= least && byte <= most;
}

// How many bytes the character beyond ASCII at the front has (RFC 3629 §4); 0: it is none.
std::size_t character_size(std::string_view text) {
  const auto first = static_cast<unsigned char>(text[0]);
  if (first >= 0xc2 && first <= 0xdf) return continues(text, 1) ? 2 : 0;
  if (first >= 0xe0 && first <= 0xef) {
    const unsigned char least = first == 0xe0 ? 0xa0 : 0x80;
    const unsigned char most = first == 0xed ? 0x9f : 0xbf;
    return continues(text, 1, least, most) && continues(text, 2) ? 3 : 0;
  }
  if (first >= 0xf0 && first <= 0xf4) {
    const unsigned char least = first == 0xf0 ? 0x90 : 0x80;
    const unsigned char most = first == 0xf4 ? 0x8f : 0xbf;
    return continues(text, 1, least, most) && continues(text, 2) && continues(text, 3) ? 4 : 0;
  }
  return 0;
}

char* write_code(char* out, unsigned char byte) {
  out = write_text(out, "\\u00");
  *out++ = kHex[byte >> 4];
  *out++ = kHex[byte & 15];
  return out;
}

char* write_control(char* out, unsigned char byte) {
  switch (byte) {
    case '\n':
      return write_text(out, "\\n");
    case '\r':
      return write_text(out, "\\r");
    case '\t':
      return write_text(out, "\\t");
    case '\b':
      return write_text(out, "\\b");
    case '\f':
      return write_text(out, "\\f");
    default:
      return write_code(out, byte);
  }
}

char* write_json(char* out, std::string_view text) {
  while (!text.empty()) {
    const auto byte = static_cast<unsigned char>(text[0]);
    std::size_t size = 1;
    if (byte < 0x20) {
      out = write_control(out, byte);
    } else if (byte < 0x80) {
      if (byte == '"' || byte == '\\') *out++ = '\\';
      *out++ = text[0];
    } else if (const std::size_t bytes = character_size(text); bytes != 0) {
      for (size = 0; size < bytes; ++size) *out++ = text[size];
    } else {
      out = write_code(out, byte);
    }
    text.remove_prefix(size);
  }
  return out;
}

// As it is, but in one line: a name that a client only claims to have ($remote_user) would write lines of its
// own, and messages to a syslog server.
char* write_in_line(char* out, std::string_view text) {
  char* const end = write_text(out, text);
  std::replace_if(
      out, end, [](char c) { return c == '\n' || c == '\r'; }, ' ');
  return end;
}

}  // namespace

char* write_escaped_text(char* out, std::string_view text, LogEscape escape) {
  if (text.empty()) return out;
  switch (escape) {
    case LogEscape::standard:
      return write_escaped(out, text);
    case LogEscape::json:
      return write_json(out, text);
    case LogEscape::none:
      break;
  }
  return write_in_line(out, text);
}

}  // namespace headgate::observe
