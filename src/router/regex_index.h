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

  // Where looking has ended.
  struct Found {
    std::uint32_t route = kNone;
    const Entry* entry = nullptr;  // that has matched, or given up; null: none of them matches
  };

  RegexIndex() = default;
  // Of equal texts the one that stands first counts.
  explicit RegexIndex(std::vector<Entry> entries);

  // `path`: normalised. No route, but an entry, where looking would take more than `budget` or a pattern has
  // given up: what comes after it might be less protected, so nothing is found at all.
  [[nodiscard]] Found look(std::string_view path, policy::PatternBudget& budget) const;
  // With a budget of kMostSteps.
  [[nodiscard]] std::uint32_t find(std::string_view path) const {
    policy::PatternBudget budget{kMostSteps};
    return look(path, budget).route;
  }

  // In the order in which they are tried.
  [[nodiscard]] const std::vector<Entry>& entries() const { return entries_; }
  // For explain: by itself, whatever comes before it.
  [[nodiscard]] static bool matches(const Entry& entry, std::string_view path);

  // Of all patterns that one path is compared with; what RE2 runs is counted for the slowest case.
  static constexpr std::uint64_t kMostSteps = 4'000'000;

 private:
  std::vector<Entry> entries_;
};

// Whether a path may match, as far as the plain text goes that the expression begins with.
bool may_match(const RegexIndex::Entry& entry, std::string_view path);

// How many bytes of a path, up to the end of an element, a path may claim that is written as the plain text
// which `entry` begins with: where a Prefix path of that text would match, all of it; otherwise those that
// both have in common. The case counts, and '.' is none but '.'.
std::size_t common_elements(const RegexIndex::Entry& entry, std::string_view path);

// How many bytes of an expression (without '^') are plain text that every match begins with: letters, digits
// and some more as they are, case ignored; '.' is any byte.
std::size_t plain_prefix(std::string_view expression);

}  // namespace headgate::router
