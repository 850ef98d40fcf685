#include "k8swatch/content_hash.h"

#include <cstring>

#include "base/hash.h"

namespace headgate::k8swatch {
namespace {

// The multiply-and-fold of wyhash: both halves of a 128-bit product.
std::uint64_t fold(std::uint64_t a, std::uint64_t b) {
  __extension__ using Wide = unsigned __int128;
  const Wide product = static_cast<Wide>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

std::uint64_t word_at(const char* bytes) {
  std::uint64_t word = 0;
  std::memcpy(&word, bytes, sizeof word);
  return word;
}

}  // namespace

std::uint64_t content_hash(std::string_view text) {
  constexpr std::uint64_t kA = 0xA0761D6478BD642FULL;
  constexpr std::uint64_t kB = 0xE7037ED1A0B428DBULL;
  constexpr std::size_t kStep = 16;
  std::uint64_t state = hash_seed() ^ text.size();
  while (text.size() >= kStep) {
    state = fold(word_at(text.data()) ^ kA ^ state, word_at(text.data() + 8) ^ kB);
    text.remove_prefix(kStep);
  }
  char rest[kStep] = {};
  std::memcpy(rest, text.data(), text.size());
  state = fold(word_at(rest) ^ kA ^ state, word_at(rest + 8) ^ kB);
  return fold(state ^ kA, kB);
}

}  // namespace headgate::k8swatch
