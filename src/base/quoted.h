// How messages show values that somebody else wrote: in quotes, and not the whole of what is long.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace headgate {

inline constexpr std::size_t kQuotedBytes = 64;

inline std::string quoted(std::string_view text) {
  return "'" + std::string(text.substr(0, kQuotedBytes)) + "'";
}

// "a, b and 3 more"
inline std::string listed(const std::vector<std::string>& names) {
  constexpr std::size_t kShown = 4;
  std::string text;
  for (std::size_t i = 0; i < names.size() && i < kShown; ++i)
    text += (i == 0 ? "" : ", ") + names[i].substr(0, kQuotedBytes);
  if (names.size() > kShown) text += " and " + std::to_string(names.size() - kShown) + " more";
  return text;
}

}  // namespace headgate
