#include "k8swatch/annotations/passthrough.h"

namespace headgate::k8swatch {

bool read_ssl_passthrough(AnnotationReader& reader) {
  return reader.boolean("ssl-passthrough").value_or(false);
}

}  // namespace headgate::k8swatch
