// Checks of whole numbers with bounds, for rows of the registry.
#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/quoted.h"
#include "base/result.h"
#include "base/units.h"

namespace headgate::k8swatch {

// Decimal, with or without a sign; as Go's strconv.Atoi. Nothing: no such number.
inline std::optional<std::int64_t> parse_integer(std::string_view text) {
  if (text.starts_with('+') && text.size() > 1 && text[1] != '-') text.remove_prefix(1);
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

// Digits only.
template <std::uint64_t Most>
Result<void> check_count(std::string_view value) {
  if (const auto number = parse_count(value, Most); !number) return fail(number.error().message);
  return {};
}

template <std::int64_t Least, std::int64_t Most>
Result<void> check_integer(std::string_view value) {
  const auto number = parse_integer(value);
  if (number && *number >= Least && *number <= Most) return {};
  return fail(quoted(value) + " is not a whole number from " + std::to_string(Least) + " to " +
              std::to_string(Most));
}

}  // namespace headgate::k8swatch
