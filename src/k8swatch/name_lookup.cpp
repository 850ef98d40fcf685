#include "k8swatch/name_lookup.h"

#include <algorithm>
#include <functional>
#include <utility>

namespace headgate::k8swatch {
namespace {

constexpr std::size_t kQueriesPerName = 2;  // A and AAAA

}  // namespace

bool NameLookup::take(QueryResult result) {
  switch (result.outcome) {
    case NameAnswer::Outcome::found: {
      std::vector<SocketAddress>& all = found_answer_.addresses;
      found_answer_.ttl = all.empty() ? result.ttl : std::min(found_answer_.ttl, result.ttl);
      all.insert(all.end(), result.addresses.begin(), result.addresses.end());
      break;
    }
    case NameAnswer::Outcome::absent:
      absence_ = std::move(result.error);
      break;
    case NameAnswer::Outcome::failed:
      if (failure_.empty()) failure_ = std::move(result.error);
      break;
  }
  if (++results_ < kQueriesPerName) return false;
  results_ = 0;
  if (!found_answer_.addresses.empty())
    found_ = true;
  else
    ++at_;
  return true;
}

NameAnswer NameLookup::answer() && {
  if (found_) {
    std::vector<SocketAddress>& all = found_answer_.addresses;
    std::sort(all.begin(), all.end());
    all.erase(std::unique(all.begin(), all.end()), all.end());
    found_answer_.outcome = NameAnswer::Outcome::found;
    return std::move(found_answer_);
  }
  NameAnswer answer;
  answer.outcome = failure_.empty() ? NameAnswer::Outcome::absent : NameAnswer::Outcome::failed;
  answer.error = failure_.empty() ? std::move(absence_) : std::move(failure_);
  if (answer.error.empty()) answer.error = "the name is longer than the DNS allows";
  return answer;
}

void keep_reachable(std::vector<SocketAddress>& addresses, MachineRoutes routes) {
  const auto has_route = [routes](const SocketAddress& each) { return each.is_v6() ? routes.v6 : routes.v4; };
  if (std::any_of(addresses.begin(), addresses.end(), has_route))
    std::erase_if(addresses, std::not_fn(has_route));
}

}  // namespace headgate::k8swatch
