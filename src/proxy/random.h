// Request identifiers: 128 random bits a request, unique enough to find one in a log, not a secret.
#pragma once

#include <cstdint>
#include <cstring>
#include <random>

namespace headgate::proxy {

class Random {
 public:
  Random() {
    std::random_device device;
    for (std::uint64_t& word : state_) word = (static_cast<std::uint64_t>(device()) << 32) | device();
  }
  // xoroshiro128+ (Blackman and Vigna).
  std::uint64_t next() {
    const std::uint64_t a = state_[0];
    std::uint64_t b = state_[1];
    const std::uint64_t result = a + b;
    b ^= a;
    state_[0] = rotate(a, 24) ^ b ^ (b << 16);
    state_[1] = rotate(b, 37);
    return result;
  }
  // Writes 32 lower-case hexadecimal digits.
  void hex32(char* out) {
    for (int half = 0; half < 2; ++half) {
      const std::uint64_t bits = next();
      for (const std::uint64_t eight : {hex_digits(bits & 0xffffffff), hex_digits(bits >> 32)}) {
        std::memcpy(out, &eight, sizeof eight);
        out += sizeof eight;
      }
    }
  }

 private:
  // The digits of 32 bits, in any order: one in each byte. All eight at once.
  static std::uint64_t hex_digits(std::uint64_t bits) {
    bits = (bits | bits << 16) & 0x0000ffff0000ffff;
    bits = (bits | bits << 8) & 0x00ff00ff00ff00ff;
    bits = (bits | bits << 4) & 0x0f0f0f0f0f0f0f0f;
    const std::uint64_t letters =
        (bits + 0x0606060606060606) >> 4 & 0x0101010101010101;  // 1 where it is a to f
    return bits + 0x3030303030303030 + letters * ('a' - '9' - 1);
  }
  static std::uint64_t rotate(std::uint64_t x, int k) { return (x << k) | (x >> (64 - k)); }
  std::uint64_t state_[2];
};

}  // namespace headgate::proxy
