#include "policy/balancing.h"

namespace headgate::policy {

std::string_view to_string(BalancingAlgorithm algorithm) {
  switch (algorithm) {
    case BalancingAlgorithm::round_robin:
      return "round_robin";
    case BalancingAlgorithm::ewma:
      return "ewma";
  }
  return "?";
}

void Balancing::describe(std::string& out) const {
  if (algorithm != BalancingAlgorithm::round_robin) out.append(" balance=").append(to_string(algorithm));
  if (!hash_by.empty()) out += " hash=" + hash_by.text();
  if (!hash_by.empty() && subset != 0) out += " subset=" + std::to_string(subset);
  if (affinity) affinity->describe(out);
}

}  // namespace headgate::policy
