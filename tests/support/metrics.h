// Reading the text of /metrics.
#pragma once

#include <cstdlib>
#include <sstream>
#include <string>
#include <string_view>

namespace headgate::test_support {

// Sum of all series of `name` whose labels contain `label` (such as `reason="h2_stalled"`); 0 where there is
// none.
inline double metric(const std::string& text, std::string_view name, std::string_view label = "") {
  std::istringstream lines(text);
  double sum = 0;
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with(name)) continue;
    const std::size_t end = line.rfind(' ');
    const std::string_view labels = std::string_view(line).substr(name.size(), end - name.size());
    if (!labels.empty() && labels.front() != '{') continue;  // a longer name
    if (labels.find(label) != std::string_view::npos) sum += std::strtod(line.c_str() + end, nullptr);
  }
  return sum;
}

}  // namespace headgate::test_support
