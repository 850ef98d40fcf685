// The annotations that answer with redirects, and those about other names of a host: permanent-redirect,
// temporal-redirect and their codes, app-root, from-to-www-redirect, server-alias.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "k8swatch/annotations/reader.h"
#include "policy/template.h"

namespace headgate::k8swatch {

struct RedirectionAnnotations {
  // One Location for every request; temporal-redirect comes before permanent-redirect.
  std::string location;  // empty: none
  int status = 301;
  std::optional<policy::Template> app_root;
  bool from_to_www = false;
  std::vector<std::string> aliases;  // as written: names, "*.x", "~" and a regular expression
};

RedirectionAnnotations read_redirection_annotations(AnnotationReader& reader);

// An app-root that is none: why. Also of the ConfigMap's.
Result<policy::Template> parse_app_root(std::string_view value);

}  // namespace headgate::k8swatch
