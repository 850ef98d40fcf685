// Points in time for people.
#pragma once

#include <cstdint>
#include <string>

namespace headgate {

// "2026-05-01 12:00:00 UTC". `seconds` since 1970; what has no four-digit year is written as that number.
std::string utc_text(std::int64_t seconds);

}  // namespace headgate
