// The annotation ssl-passthrough: TLS connections for the hosts of the Ingress go to the pod unopened.
#pragma once

#include "k8swatch/annotations/reader.h"

namespace headgate::k8swatch {

// False where it is absent.
bool read_ssl_passthrough(AnnotationReader& reader);

}  // namespace headgate::k8swatch
