// The annotations about tracing: enable-opentelemetry, opentelemetry-trust-incoming-span,
// opentelemetry-operation-name.
#pragma once

#include <optional>
#include <string>

#include "k8swatch/annotations/reader.h"

namespace headgate::k8swatch {

// Nothing, or an empty name: as the ConfigMap says.
struct TracingAnnotations {
  std::optional<bool> enabled;
  std::optional<bool> trusts_parent;
  std::string operation_name;
};

TracingAnnotations read_tracing_annotations(AnnotationReader& reader);

}  // namespace headgate::k8swatch
