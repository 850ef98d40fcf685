// Which complete names a name may stand for, in the order in which to ask for them: resolv.conf(5)'s "search"
// and "ndots".
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace headgate::k8swatch {

struct SearchRules {
  std::vector<std::string> domains;
  int ndots = 1;
};

inline constexpr std::size_t kMostSearchDomains =
    32;  // as Kubernetes allows for Pods; further ones are not used

// Without dots at their ends. A name that ends in '.' stands for itself alone; one with at least `ndots` dots
// is asked for as it is first, any other as it is last. Longer than a name of the DNS may be: left out.
std::vector<std::string> search_list(std::string_view name, const SearchRules& rules);

}  // namespace headgate::k8swatch
