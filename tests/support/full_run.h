// Whether the tests play the numbers of the promise (HEADGATE_FULL=1) or a shorter form of the same.
#pragma once

#include <cstdlib>
#include <string_view>

namespace headgate::test_support {

inline bool is_full_run() {
  const char* value = std::getenv("HEADGATE_FULL");
  return value != nullptr && std::string_view(value) == "1";
}

}  // namespace headgate::test_support
