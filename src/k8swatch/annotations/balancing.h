// The annotations about which endpoint of a Service gets a request: affinity, session-cookie-*, load-balance,
// upstream-hash-by*.
#pragma once

#include <optional>

#include "k8swatch/annotations/reader.h"
#include "policy/balancing.h"

namespace headgate::k8swatch {

// Endpoints of a subset, at most.
inline constexpr std::int64_t kMostSubset = 1000;

// What the ConfigMap says, for Ingresses that say nothing.
struct BalancingDefaults {
  policy::BalancingAlgorithm algorithm = policy::BalancingAlgorithm::round_robin;
  policy::Template hash_by;
  bool subset = false;
  std::uint32_t subset_size = 3;
  friend bool operator==(const BalancingDefaults&, const BalancingDefaults&) = default;
};

// Nothing: the ConfigMap's counts.
struct BalancingAnnotations {
  std::optional<policy::BalancingAlgorithm> algorithm;
  std::optional<policy::Template> hash_by;
  std::optional<bool> subset;
  std::optional<std::uint32_t> subset_size;
  std::optional<policy::SessionAffinity> affinity;
  // Of a canary: it has no part in the sessions of its primary (affinity-canary-behavior: legacy).
  bool apart_from_primary = false;
};

BalancingAnnotations read_balancing_annotations(AnnotationReader& reader);
policy::Balancing balancing_of(const BalancingAnnotations& annotations, const BalancingDefaults& defaults);

// Nothing: no such algorithm.
std::optional<policy::BalancingAlgorithm> parse_algorithm(std::string_view text);
// A text to be hashed.
Result<policy::Template> parse_hash_by(std::string_view text);

}  // namespace headgate::k8swatch
