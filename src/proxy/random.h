// Request identifiers: 128 random bits a request, unique enough to find one in a log, not a secret.
#pragma once

#include <cstdint>
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
    static constexpr char kDigits[] = "0123456789abcdef";
    for (int half = 0; half < 2; ++half) {
      std::uint64_t bits = next();
      for (int i = 0; i < 16; ++i, bits >>= 4) *out++ = kDigits[bits & 15];
    }
  }

 private:
  static std::uint64_t rotate(std::uint64_t x, int k) { return (x << k) | (x >> (64 - k)); }
  std::uint64_t state_[2];
};

}  // namespace headgate::proxy
