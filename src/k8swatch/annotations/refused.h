// The annotations of ingress-nginx that do not exist here: text for nginx, its modules, and tracing. Each one
// that is used is a Finding which says why, and what to do instead.
#pragma once

#include "k8swatch/annotations/reader.h"

namespace headgate::k8swatch {

// Nothing comes of them but what is noted.
void read_refused_annotations(AnnotationReader& reader);

}  // namespace headgate::k8swatch
