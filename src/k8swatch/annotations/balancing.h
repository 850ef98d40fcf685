// The annotations about which endpoint of a Service gets a request: affinity, session-cookie-*, load-balance,
// upstream-hash-by*.
#pragma once

#include <optional>

#include "k8swatch/annotations/reader.h"
#include "policy/balancing.h"

namespace headgate::k8swatch {

struct BalancingAnnotations {
  std::optional<policy::BalancingAlgorithm> algorithm;  // nothing: the ConfigMap's counts
  policy::Template hash_by;
  std::uint32_t subset = 0;
  std::optional<policy::SessionAffinity> affinity;
  // Of a canary: it has no part in the sessions of its primary (affinity-canary-behavior: legacy).
  bool apart_from_primary = false;
};

BalancingAnnotations read_balancing_annotations(AnnotationReader& reader);
// `usual`: of the ConfigMap.
policy::Balancing balancing_of(const BalancingAnnotations& annotations, policy::BalancingAlgorithm usual);

// Nothing: no such algorithm.
std::optional<policy::BalancingAlgorithm> parse_algorithm(std::string_view text);

}  // namespace headgate::k8swatch
