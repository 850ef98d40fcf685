// What formats of the access log may name beyond AccessRecord. Filled for a line that is about to be written,
// as far as its format names it. Views are valid only during the call that takes it.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "observe/log_variable.h"

namespace headgate::observe {

struct LogDetails {
  // A text without data (nullptr) is not there: "-" where the format escapes as nginx does by default. One
  // that is there and empty is written as nothing.
  std::array<std::string_view, kLogTexts> texts{};
  std::span<const std::string_view> captured{};  // as LogFormat::captures(); likewise
  std::int64_t wall_milliseconds = 0;            // since 1970
  std::uint64_t connection = 0;                  // its number, of all since the start
  std::uint64_t connection_requests = 0;         // this one included

  [[nodiscard]] std::string_view text(LogVariable variable) const {
    return texts[static_cast<std::size_t>(variable)];
  }
  void set(LogVariable variable, std::string_view text) { texts[static_cast<std::size_t>(variable)] = text; }
};

}  // namespace headgate::observe
