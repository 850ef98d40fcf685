// Programs a test needs that may not be installed.
#pragma once

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

namespace headgate::test_support {

// Where `name` is on PATH; empty where it is not.
inline std::string program(std::string_view name) {
  const char* path = std::getenv("PATH");
  std::string_view rest = path == nullptr ? "/usr/bin" : path;
  while (!rest.empty()) {
    const std::string_view folder = rest.substr(0, rest.find(':'));
    rest.remove_prefix(std::min(rest.size(), folder.size() + 1));
    std::string candidate = std::string(folder) + "/" + std::string(name);
    if (::access(candidate.c_str(), X_OK) == 0) return candidate;
  }
  return "";
}

// A skipped test is easily overlooked: this line is not.
inline void say_not_tested(std::string_view why) {
  std::printf("*** NOT TESTED: %.*s ***\n", static_cast<int>(why.size()), why.data());
}

}  // namespace headgate::test_support
