// How the endpoints of one backend of a Route are chosen. In order of precedence: session affinity, a hash
// of the request, the algorithm. Immutable; shared by all threads.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "policy/session_affinity.h"
#include "policy/template.h"

namespace headgate::policy {

enum class BalancingAlgorithm : std::uint8_t {
  round_robin,
  ewma,  // of two endpoints drawn, the one with the lower peak-sensitive average latency
};
std::string_view to_string(BalancingAlgorithm algorithm);  // as the annotation writes it

struct Balancing {
  BalancingAlgorithm algorithm = BalancingAlgorithm::round_robin;
  Template hash_by;          // empty: not by hash
  std::uint32_t subset = 0;  // endpoints of a subset that the hash leads to; 0: to one endpoint
  std::optional<SessionAffinity> affinity;

  // Round robin and nothing else.
  [[nodiscard]] bool is_plain() const {
    return algorithm == BalancingAlgorithm::round_robin && hash_by.empty() && !affinity;
  }
  void describe(std::string& out) const;
  friend bool operator==(const Balancing&, const Balancing&) = default;
};

}  // namespace headgate::policy
