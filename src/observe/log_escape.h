// How a format of the access log writes what others have said: nginx's `escape=` of log_format.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace headgate::observe {

enum class LogEscape : std::uint8_t {
  standard,  // '"', '\' and bytes outside 0x20..0x7e as \xXX; a missing value is "-"
  json,      // as the inside of a JSON string; a missing value is empty
  none,  // as it is, but in one line: spaces for CR and LF [log-format-escape-none]; a missing one is empty
};

// How many bytes one byte becomes at most.
constexpr std::size_t escape_factor(LogEscape escape) {
  return escape == LogEscape::json ? 6 : escape == LogEscape::standard ? 4 : 1;
}

// Writes `text` at `out`, which has room for escape_factor() times its size, and returns the end. Of JSON:
// nginx passes all bytes from 0x20 on; here those that are not UTF-8 are written as the ISO-8859-1 they may
// be meant as (\u00XX; RFC 9110 §5.5), so that a line whose format is JSON always is.
char* write_escaped_text(char* out, std::string_view text, LogEscape escape);

}  // namespace headgate::observe
