// The annotations about errors and default backends: custom-http-errors, default-backend,
// disable-proxy-intercept-errors.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "k8swatch/annotations/reader.h"

namespace headgate::k8swatch {

struct ErrorPagesAnnotations {
  std::optional<std::vector<int>> statuses;  // sorted; nothing: the ConfigMap's count
  std::string backend;  // a Service of the same namespace; empty: the default backend of all
  std::optional<bool> own_errors_only;
};

ErrorPagesAnnotations read_error_pages_annotations(AnnotationReader& reader);

// "404,503": sorted, each once. Fails where one of them is no number from `least` to 599.
Result<std::vector<int>> parse_statuses(std::string_view list, int least);

}  // namespace headgate::k8swatch
