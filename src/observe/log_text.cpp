#include "observe/log_text.h"

#include <array>
#include <cstring>

namespace headgate::observe {
namespace {

constexpr std::array<char, 200> make_digit_pairs() {
  std::array<char, 200> pairs{};
  for (std::size_t i = 0; i < 100; ++i) {
    pairs[2 * i] = static_cast<char>('0' + i / 10);
    pairs[2 * i + 1] = static_cast<char>('0' + i % 10);
  }
  return pairs;
}
constexpr std::array<char, 200> kDigitPairs = make_digit_pairs();

char* write_pair(char* out, std::uint64_t below_hundred) {
  std::memcpy(out, &kDigitPairs[2 * below_hundred], 2);
  return out + 2;
}

constexpr bool needs_escape(unsigned char c) { return c < 0x20 || c >= 0x7f || c == '"' || c == '\\'; }

// Sixteen bytes at a time with the compiler's portable vectors (SSE2, NEON).
using Block = signed char __attribute__((vector_size(16)));

Block flag_escapes(Block bytes) {
  // Signed, so that "below 0x20" also says "above 0x7f".
  return (bytes < 0x20) | (bytes == 0x7f) | (bytes == '"') | (bytes == '\\');
}

bool any(Block flags) {
  std::array<std::uint64_t, 2> halves;
  std::memcpy(halves.data(), &flags, sizeof flags);
  return (halves[0] | halves[1]) != 0;
}

// Copies `text` and tells whether it is clean, in one pass. Needs at least 16 bytes.
bool copy_and_check(char* out, std::string_view text) {
  Block found{};
  Block block;
  std::size_t i = 0;
  for (; i + sizeof block <= text.size(); i += sizeof block) {
    std::memcpy(&block, text.data() + i, sizeof block);
    std::memcpy(out + i, &block, sizeof block);
    found |= flag_escapes(block);
  }
  // The rest, as a last block that overlaps the one before.
  i = text.size() - sizeof block;
  std::memcpy(&block, text.data() + i, sizeof block);
  std::memcpy(out + i, &block, sizeof block);
  found |= flag_escapes(block);
  return !any(found);
}

bool copy_and_check_short(char* out, std::string_view text) {
  bool dirty = false;
  for (const char c : text) {
    dirty |= needs_escape(static_cast<unsigned char>(c));
    *out++ = c;
  }
  return !dirty;
}

[[gnu::noinline]] char* write_with_escapes(char* out, std::string_view text) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (!needs_escape(byte)) {
      *out++ = c;
      continue;
    }
    *out++ = '\\';
    *out++ = 'x';
    *out++ = kHex[byte >> 4];
    *out++ = kHex[byte & 15];
  }
  return out;
}

}  // namespace

char* write_number(char* out, std::uint64_t value) {
  if (value < 10) {
    *out = static_cast<char>('0' + value);
    return out + 1;
  }
  if (value < 100) return write_pair(out, value);
  if (value < 1000) {
    *out = static_cast<char>('0' + value / 100);
    return write_pair(out + 1, value % 100);
  }
  if (value < 10000) return write_pair(write_pair(out, value / 100), value % 100);
  return write_pair(write_pair(write_number(out, value / 10000), value % 10000 / 100), value % 100);
}

char* write_seconds(char* out, std::chrono::microseconds value) {
  if (value.count() < 0) {
    *out = '-';
    return out + 1;
  }
  const auto milliseconds = static_cast<std::uint64_t>(value.count()) / 1000;
  const std::uint64_t fraction = milliseconds % 1000;
  out = write_number(out, milliseconds / 1000);
  *out++ = '.';
  *out++ = static_cast<char>('0' + fraction / 100);
  return write_pair(out, fraction % 100);
}

char* write_escaped(char* out, std::string_view text) {
  if (text.empty()) {
    *out = '-';
    return out + 1;
  }
  const bool clean =
      text.size() >= sizeof(Block) ? copy_and_check(out, text) : copy_and_check_short(out, text);
  return clean ? out + text.size() : write_with_escapes(out, text);
}

}  // namespace headgate::observe
