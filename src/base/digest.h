// Digests of short byte strings (FIPS 180-4).
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace headgate {

// Not for secrets: for protocols that have it fixed (RFC 6455 §4.2.2).
std::array<std::uint8_t, 20> sha1(std::string_view bytes);

std::array<std::uint8_t, 32> sha256(std::string_view bytes);

}  // namespace headgate
