// The annotations enable-cors and cors-*: which pages of other origins may use what the paths serve.
#pragma once

#include <optional>

#include "k8swatch/annotations/reader.h"
#include "policy/cors.h"

namespace headgate::k8swatch {

// Nothing where CORS is not enabled. Origins that are none are noted and left out; a list of nothing else
// lets nobody in.
std::optional<policy::CorsRules> read_cors_annotations(AnnotationReader& reader);

}  // namespace headgate::k8swatch
