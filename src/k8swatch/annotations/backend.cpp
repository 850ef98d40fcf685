#include "k8swatch/annotations/backend.h"

namespace headgate::k8swatch {

std::optional<bool> read_service_upstream(AnnotationReader& reader) {
  return reader.boolean("service-upstream");
}

}  // namespace headgate::k8swatch
