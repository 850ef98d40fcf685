// PEM and other texts of many lines as a block of YAML.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace headgate::test_support {

// Each line of `text`, which ends with one, behind four spaces: the content of a `|` in a map's map.
inline std::string indented(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t end = text.find('\n') + 1;
    out.append("    ").append(text.substr(0, end));
    text.remove_prefix(end);
  }
  return out;
}

}  // namespace headgate::test_support
