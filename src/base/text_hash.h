// A seeded 64-bit hash of a whole short text, eight bytes at a step: host names and path segments,
// where IncrementalHash's byte at a step would be most of the lookup.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

namespace headgate {

namespace text_hash_detail {

// Both halves of the 128-bit product, folded: every input bit reaches every output bit.
inline std::uint64_t fold(std::uint64_t a, std::uint64_t b) {
  __extension__ using Wide = unsigned __int128;
  const Wide product = static_cast<Wide>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

template <typename Word>
std::uint64_t load(const char* from) {
  Word word = 0;
  std::memcpy(&word, from, sizeof word);
  return word;
}

// The last 0 to 8 bytes as one word, read without crossing either end.
inline std::uint64_t load_tail(const char* from, std::size_t size) {
  if (size >= 4) return load<std::uint32_t>(from) | (load<std::uint32_t>(from + size - 4) << 32);
  if (size == 0) return 0;
  const auto byte = [from](std::size_t i) {
    return static_cast<std::uint64_t>(static_cast<unsigned char>(from[i]));
  };
  return byte(0) | (byte(size / 2) << 8) | (byte(size - 1) << 16);
}

}  // namespace text_hash_detail

inline std::uint64_t text_hash(std::string_view text, std::uint64_t seed) {
  using namespace text_hash_detail;
  std::uint64_t state = seed ^ (text.size() * 0x9E3779B97F4A7C15ULL);
  const char* at = text.data();
  std::size_t left = text.size();
  for (; left > 8; at += 8, left -= 8) state = fold(state ^ load<std::uint64_t>(at), 0xA0761D6478BD642FULL);
  state = fold(state ^ load_tail(at, left), 0xE7037ED1A0B428DBULL);
  return fold(state, 0x8EBC6AF09C88C6E3ULL);
}

}  // namespace headgate
