#include "k8swatch/search_list.h"

#include <algorithm>
#include <utility>

namespace headgate::k8swatch {
namespace {

constexpr std::size_t kMostNameBytes = 253;  // RFC 1035 §2.3.4, as text

}  // namespace

std::vector<std::string> search_list(std::string_view name, const SearchRules& rules) {
  std::vector<std::string> names;
  const auto add = [&](std::string candidate) {
    if (!candidate.empty() && candidate.size() <= kMostNameBytes) names.push_back(std::move(candidate));
  };
  if (name.ends_with('.')) {
    name.remove_suffix(1);
    add(std::string(name));
    return names;
  }
  const bool as_it_is_first = std::count(name.begin(), name.end(), '.') >= rules.ndots;
  if (as_it_is_first) add(std::string(name));
  for (std::size_t i = 0; i < std::min(rules.domains.size(), kMostSearchDomains); ++i) {
    std::string_view domain = rules.domains[i];
    if (domain.ends_with('.')) domain.remove_suffix(1);
    if (!domain.empty()) add(std::string(name) + "." + std::string(domain));  // "search .": the name itself
  }
  if (!as_it_is_first) add(std::string(name));
  return names;
}

}  // namespace headgate::k8swatch
