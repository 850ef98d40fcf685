// The annotations about paths on their way to the pod: use-regex, rewrite-target, x-forwarded-prefix,
// upstream-vhost.
#pragma once

#include <optional>
#include <string_view>

#include "k8swatch/annotations/reader.h"
#include "policy/capture_template.h"
#include "policy/template.h"

namespace headgate::k8swatch {

struct RoutingAnnotations {
  bool use_regex = false;
  std::optional<policy::CaptureTemplate> rewrite_target;
  policy::CaptureTemplate forwarded_prefix;  // empty: none
  std::optional<policy::Template> upstream_host;

  // Whether requests of that path, as the Ingress writes it, are rewritten: a target that says the same does
  // nothing.
  [[nodiscard]] bool rewrites(std::string_view path) const {
    return rewrite_target && rewrite_target->text() != path;
  }
  // Whether that path is a regular expression, and with it every path of its host.
  [[nodiscard]] bool is_expression(std::string_view path) const { return use_regex || rewrites(path); }
};

RoutingAnnotations read_routing_annotations(AnnotationReader& reader);

}  // namespace headgate::k8swatch
