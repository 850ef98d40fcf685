// The annotation service-upstream: requests go to the Service's own address instead of its pods.
#pragma once

#include <optional>

#include "k8swatch/annotations/reader.h"

namespace headgate::k8swatch {

// Nothing where the ConfigMap's value counts.
std::optional<bool> read_service_upstream(AnnotationReader& reader);

}  // namespace headgate::k8swatch
