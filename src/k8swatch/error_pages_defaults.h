// The keys of the ConfigMap about errors that a default backend words.
#pragma once

#include <vector>

#include "k8swatch/config_map_reader.h"

namespace headgate::k8swatch {

struct ErrorPagesDefaults {
  std::vector<int> statuses;     // custom-http-errors; sorted
  bool own_errors_only = false;  // disable-proxy-intercept-errors
  friend bool operator==(const ErrorPagesDefaults&, const ErrorPagesDefaults&) = default;
};

ErrorPagesDefaults read_error_pages_defaults(ConfigMapReader& reader);

}  // namespace headgate::k8swatch
