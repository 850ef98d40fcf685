#include "base/units.h"

#include <array>
#include <charconv>
#include <string>

#include "base/quoted.h"

namespace headgate {
namespace {

constexpr std::uint64_t kMaxSize = std::uint64_t{1} << 62;
constexpr std::chrono::milliseconds kMaxTime = std::chrono::hours(24 * 365);

// Takes the digits at the front of `text`; false where there are none or too many for 64 bits.
bool take_digits(std::string_view& text, std::uint64_t& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{}) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return true;
}

struct TimeUnit {
  std::string_view name;
  std::uint64_t milliseconds;
};
// Largest first.
constexpr std::array<TimeUnit, 6> kTimeUnits = {
    {{"w", 604800000}, {"d", 86400000}, {"h", 3600000}, {"m", 60000}, {"s", 1000}, {"ms", 1}}};

// The unit at the front of `text`; kTimeUnits.size() where there is none.
std::size_t take_unit(std::string_view& text) {
  std::size_t best = kTimeUnits.size();
  for (std::size_t i = 0; i < kTimeUnits.size(); ++i)
    if (text.starts_with(kTimeUnits[i].name)) best = i;  // "ms" is the last one: it beats "m"
  if (best < kTimeUnits.size()) text.remove_prefix(kTimeUnits[best].name.size());
  return best;
}

}  // namespace

Result<std::uint64_t> parse_size(std::string_view text) {
  const auto refuse = [text](std::string_view why) {
    return fail(quoted(text) + " is not a size: " + std::string(why));
  };
  std::string_view rest = text;
  std::uint64_t value = 0;
  if (!take_digits(rest, value)) return refuse("expected digits, then at most one of b, k, m, g");
  std::uint64_t unit = 1;
  if (rest.size() == 1) {
    switch (rest.front()) {
      case 'b':
      case 'B':
        break;
      case 'k':
      case 'K':
        unit = std::uint64_t{1} << 10;
        break;
      case 'm':
      case 'M':
        unit = std::uint64_t{1} << 20;
        break;
      case 'g':
      case 'G':
        unit = std::uint64_t{1} << 30;
        break;
      default:
        return refuse("expected digits, then at most one of b, k, m, g");
    }
  } else if (!rest.empty()) {
    return refuse("expected digits, then at most one of b, k, m, g");
  }
  if (value > kMaxSize / unit) return refuse("it is larger than 2^62 bytes");
  return value * unit;
}

Result<std::chrono::milliseconds> parse_time(std::string_view text) {
  const auto refuse = [text](std::string_view why) {
    return fail(quoted(text) + " is not a time: " + std::string(why));
  };
  constexpr auto kMost = static_cast<std::uint64_t>(kMaxTime.count());
  std::string_view rest = text;
  std::uint64_t total = 0;
  std::size_t next_unit = 0;  // units come in falling order, each at most once
  do {
    std::uint64_t value = 0;
    if (!take_digits(rest, value))
      return refuse("expected a number of seconds, or numbers with ms, s, m, h, d, w");
    std::size_t unit = take_unit(rest);
    if (unit == kTimeUnits.size()) {
      if (!rest.empty()) return refuse("expected one of the units ms, s, m, h, d, w");
      unit = 4;  // seconds
    }
    if (unit < next_unit) return refuse("larger units come first, each at most once");
    next_unit = unit + 1;
    if (value > kMost / kTimeUnits[unit].milliseconds) return refuse("it is longer than a year");
    total += value * kTimeUnits[unit].milliseconds;
    if (total > kMost) return refuse("it is longer than a year");
    while (rest.size() > 1 && rest.front() == ' ') rest.remove_prefix(1);
  } while (!rest.empty());
  return std::chrono::milliseconds(total);
}

Result<std::uint64_t> parse_count(std::string_view text, std::uint64_t highest) {
  std::string_view rest = text;
  std::uint64_t value = 0;
  if (!take_digits(rest, value) || !rest.empty() || value > highest)
    return fail(quoted(text) + " is not a whole number from 0 to " + std::to_string(highest));
  return value;
}

}  // namespace headgate
