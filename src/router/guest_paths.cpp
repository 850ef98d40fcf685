#include "router/guest_paths.h"

#include <algorithm>
#include <array>

namespace headgate::router {
namespace {

// So many guests' strengths are reckoned once for a path; nothing is allocated for more.
constexpr std::size_t kRemembered = 32;

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
  std::array<std::size_t, kRemembered> strengths;  // of the first ones
  std::uint64_t candidates = 0;
  for (std::size_t i = 0; i < guests_.size(); ++i) {
    const std::size_t strength = most_strength(guests_[i].expressions, path);
    if (i < kRemembered) strengths[i] = strength;
    if (strength > strength_of_others) ++candidates;
  }
  if (candidates == 0) return strongest.route;
  for (std::size_t i = 0; i < guests_.size(); ++i) {
    const RegexIndex& expressions = guests_[i].expressions;
    if ((i < kRemembered ? strengths[i] : most_strength(expressions, path)) <= strongest.strength) continue;
    policy::PatternBudget budget{kMostSteps / candidates};
    const RegexIndex::Found found = expressions.look(path, budget);
    if (found.route == kNone) continue;
    const std::size_t strength = common_elements(*found.entry, path) + 1;
    if (strength > strongest.strength) strongest = {found.route, strength};
  }
  return strongest.route;
}

}  // namespace headgate::router
