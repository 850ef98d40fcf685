#include "proxy/first_bytes.h"

#include <cstddef>

namespace headgate::proxy {
namespace {

// ContentType handshake (RFC 8446 §5.1).
constexpr char kHandshakeRecord = 0x16;
// "BASELINE-CONTROL", "VERSION-CONTROL" and the like: the longest registered ones.
constexpr std::size_t kLongestMethod = 20;

bool in_a_method(char c) { return (c >= 'A' && c <= 'Z') || c == '-'; }

}  // namespace

Spoken spoken_by(std::string_view first_bytes) {
  if (first_bytes.empty()) return Spoken::unclear;
  if (first_bytes.front() == kHandshakeRecord) return Spoken::tls;
  std::size_t letters = 0;
  while (letters < first_bytes.size() && in_a_method(first_bytes[letters])) ++letters;
  if (letters > kLongestMethod) return Spoken::other;
  if (letters == first_bytes.size()) return Spoken::unclear;
  return letters >= 3 && first_bytes[letters] == ' ' ? Spoken::http : Spoken::other;
}

}  // namespace headgate::proxy
