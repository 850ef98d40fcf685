// Finds the Route of a path within a host whose paths are regular expressions, as nginx does with locations
// "~*": the longest text first, of texts of one length the greatest first; the first that matches wins.
// Immutable.
//
// Expressions that begin with plain text are compared with that first, so that most are passed over without
// being run; those that are nothing else are never run.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "policy/pattern.h"

namespace headgate::router {

class RegexIndex {
 public:
  static constexpr std::uint32_t kNone = UINT32_MAX;

  struct Entry {
    std::string text;            // as in RouteExpression
    policy::PatternRef pattern;  // likewise
    std::uint32_t route = 0;
    std::size_t plain = 0;  // so many bytes of `text` every match begins with; filled in here
  };

  RegexIndex() = default;
  // Of equal texts the one that stands first counts.
  explicit RegexIndex(std::vector<Entry> entries);

  // `path`: normalised. kNone also where looking would take more than kMostSteps or a pattern has given up:
  // what comes after it might be less protected, so nothing is found at all.
  [[nodiscard]] std::uint32_t find(std::string_view path) const;

  // In the order in which they are tried.
  [[nodiscard]] const std::vector<Entry>& entries() const { return entries_; }
  // For explain: by itself, whatever comes before it.
  [[nodiscard]] static bool matches(const Entry& entry, std::string_view path);

  // Of all patterns that one path is compared with, counted for the slowest case.
  static constexpr std::uint64_t kMostSteps = 4'000'000;

 private:
  std::vector<Entry> entries_;
};

// How many bytes of an expression (without '^') are plain text that every match begins with: letters, digits
// and some more as they are, case ignored; '.' is any byte.
std::size_t plain_prefix(std::string_view expression);

}  // namespace headgate::router
