// The annotations canary and canary-*: an Ingress whose Services get some of the requests of another's.
#pragma once

#include <optional>

#include "k8swatch/annotations/reader.h"
#include "policy/canary_rule.h"

namespace headgate::k8swatch {

// Nothing: the Ingress is no canary.
std::optional<policy::CanaryRule> read_canary_annotations(AnnotationReader& reader);

}  // namespace headgate::k8swatch
