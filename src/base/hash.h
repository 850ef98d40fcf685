// A seeded 64-bit hash for tables whose keys come from clients or tenants (against hash flooding).
// Byte-incremental so that a path index can take the hash at every '/' in one pass.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace headgate {

// The process's random seed, drawn at first use; the same for every table of this process.
std::uint64_t hash_seed();

class IncrementalHash {
 public:
  explicit IncrementalHash(std::uint64_t seed) : state_(seed) {}
  void add(char c) {
    state_ = (state_ ^ static_cast<unsigned char>(c)) * 0x9E3779B97F4A7C15ULL;
    state_ ^= state_ >> 29;
  }
  void add(std::string_view text) {
    for (const char c : text) add(c);
  }
  [[nodiscard]] std::uint64_t value() const {
    std::uint64_t x = state_;
    x ^= x >> 32;
    x *= 0xD6E8FEB86659FD93ULL;
    x ^= x >> 32;
    return x;
  }

 private:
  std::uint64_t state_;
};

inline std::uint64_t hash_of(std::string_view text, std::uint64_t seed) {
  IncrementalHash hash(seed);
  hash.add(text);
  return hash.value();
}

}  // namespace headgate
