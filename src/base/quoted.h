// How messages show a value that somebody else wrote: in quotes, and not the whole of a long one.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace headgate {

inline std::string quoted(std::string_view text) {
  constexpr std::size_t kShown = 64;
  return "'" + std::string(text.substr(0, kShown)) + "'";
}

}  // namespace headgate
