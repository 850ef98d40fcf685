// The annotations about auth services: auth-url and its family, enable-global-auth.
#pragma once

#include <optional>

#include "k8swatch/annotations/reader.h"
#include "k8swatch/external_auth_config.h"

namespace headgate::k8swatch {

struct ExternalAuthAnnotations {
  std::optional<ExternalAuthConfig> auth;  // nothing: there is no auth-url
  bool use_global = true;                  // enable-global-auth
};

ExternalAuthAnnotations read_external_auth_annotations(AnnotationReader& reader);

}  // namespace headgate::k8swatch
