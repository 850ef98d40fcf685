// Spreads the bits of a 64-bit number over all of them (the finaliser of SplitMix64). The same in every
// process: for choices that all replicas must make alike.
#pragma once

#include <cstdint>

namespace headgate {

constexpr std::uint64_t mix64(std::uint64_t x) {
  x ^= x >> 30;
  x *= 0xBF58476D1CE4E5B9ULL;
  x ^= x >> 27;
  x *= 0x94D049BB133111EBULL;
  return x ^ (x >> 31);
}

}  // namespace headgate
