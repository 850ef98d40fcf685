// The annotations about redirects: ssl-redirect, force-ssl-redirect, preserve-trailing-slash,
// use-port-in-redirects, relative-redirects.
#pragma once

#include <optional>

#include "k8swatch/annotations/reader.h"

namespace headgate::k8swatch {

// Each absent where the ConfigMap's value counts.
struct RedirectAnnotations {
  std::optional<bool> ssl_redirect;
  std::optional<bool> force_ssl_redirect;
  std::optional<bool> preserve_trailing_slash;
  std::optional<bool> use_port_in_redirects;
  std::optional<bool> relative_redirects;
};

RedirectAnnotations read_redirect_annotations(AnnotationReader& reader);

}  // namespace headgate::k8swatch
