#include "router/guest_paths.h"

#include <algorithm>

namespace headgate::router {
namespace {

// Of any of the expressions that may match; 0: none may.
std::size_t most_strength(const RegexIndex& expressions, std::string_view path) {
  std::size_t most = 0;
  for (const RegexIndex::Entry& entry : expressions.entries())
    if (may_match(entry, path)) most = std::max(most, common_elements(entry, path) + 1);
  return most;
}

}  // namespace

std::uint32_t GuestPaths::find(std::string_view path, Claim strongest) const {
  // Patterns of those who cannot have the path are not even run.
  const std::size_t strength_of_others = strongest.strength;
  const auto candidates =
      static_cast<std::uint64_t>(std::count_if(guests_.begin(), guests_.end(), [&](const Guest& guest) {
        return most_strength(guest.expressions, path) > strength_of_others;
      }));
  if (candidates == 0) return strongest.route;
  for (const Guest& guest : guests_) {
    if (most_strength(guest.expressions, path) <= strongest.strength) continue;
    policy::PatternBudget budget{kMostSteps / candidates};
    const RegexIndex::Found found = guest.expressions.look(path, budget);
    if (found.route == kNone) continue;
    const std::size_t strength = common_elements(*found.entry, path) + 1;
    if (strength > strongest.strength) strongest = {found.route, strength};
  }
  return strongest.route;
}

}  // namespace headgate::router
