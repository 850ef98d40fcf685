// Sizes, times and counts as nginx's configuration and its users write them: "8k", "10m", "60s", "1h30m".
// Errors name the text and what is expected; nothing is clamped.
#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>

#include "base/result.h"

namespace headgate {

// Bytes: digits with at most one of b, k, m, g behind them (either case; 1k = 1024). At most 2^62.
Result<std::uint64_t> parse_size(std::string_view text);

// A time: a plain number of seconds, or numbers with units (ms, s, m, h, d, w), the larger first, with or
// without spaces between. At most a year.
Result<std::chrono::milliseconds> parse_time(std::string_view text);

// Decimal digits only, at most `highest`.
Result<std::uint64_t> parse_count(std::string_view text, std::uint64_t highest);

}  // namespace headgate
