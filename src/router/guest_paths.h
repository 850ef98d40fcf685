// The paths of a host that belong to others than the namespace whose host it is, and are regular expressions.
// Each namespace's are matched among themselves, as in a host of its own; between namespaces an expression
// counts as a path of the plain text that it begins with, so that nobody takes more of another's paths with
// an expression than with a path that is none (docs/decisions/0012-guests-expressions.md). Immutable.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "router/regex_index.h"

namespace headgate::router {

class GuestPaths {
 public:
  static constexpr std::uint32_t kNone = RegexIndex::kNone;
  // What the patterns of all guests together may take of one path, shared evenly by the namespaces that may
  // have it: nobody's patterns use up what another's need, and more namespaces cost no more time.
  static constexpr std::uint64_t kMostSteps = RegexIndex::kMostSteps;

  struct Guest {
    std::string namespace_name;
    RegexIndex expressions;
  };
  // Who has a path so far.
  struct Claim {
    std::uint32_t route = kNone;
    std::size_t strength = 0;  // one more than the bytes of the path that it claims; 0: nobody has it
  };

  // `guests`: the oldest first, who wins where two claim as much.
  explicit GuestPaths(std::vector<Guest> guests) : guests_(std::move(guests)) {}

  // `strongest`: of the owner and of the paths that are no expressions. An expression that gives up claims
  // nothing.
  [[nodiscard]] std::uint32_t find(std::string_view path, Claim strongest) const;

  [[nodiscard]] const std::vector<Guest>& guests() const { return guests_; }

 private:
  std::vector<Guest> guests_;
};

}  // namespace headgate::router
