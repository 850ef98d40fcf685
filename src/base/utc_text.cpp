#include "base/utc_text.h"

#include <cstdio>
#include <ctime>

namespace headgate {

std::string utc_text(std::int64_t seconds) {
  const std::time_t time = seconds;
  std::tm parts{};
  constexpr int kFirstYear = 1900;  // of tm_year
  if (gmtime_r(&time, &parts) == nullptr || parts.tm_year < -kFirstYear || parts.tm_year > 9999 - kFirstYear)
    return std::to_string(seconds) + " s since 1970";
  char text[sizeof "2026-05-01 12:00:00 UTC"];
  if (std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S UTC", &parts) == 0) return std::to_string(seconds);
  return text;
}

}  // namespace headgate
