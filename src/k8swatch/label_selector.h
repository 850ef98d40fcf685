// Checks label selectors as users write them (Kubernetes "Labels and Selectors": equality-based and
// set-based). The API server is who selects; here a mistake is found before anything starts.
#pragma once

#include <string_view>

#include "base/result.h"

namespace headgate::k8swatch {

// The error quotes the requirement that is wrong.
Result<void> check_label_selector(std::string_view text);

}  // namespace headgate::k8swatch
