#include "k8swatch/annotations/redirect.h"

#include <array>

#include "k8swatch/annotations/rows.h"
#include "k8swatch/annotations/values.h"

namespace headgate::k8swatch {
namespace {

constexpr std::array kRows = {
    AnnotationRow{"ssl-redirect", AnnotationGroup::redirect, kBooleanValues, check_boolean,
                  OnInvalid::use_default, AnnotationScope::path, AnnotationRisk::low, "true",
                  "Redirects plain HTTP to HTTPS where the host has TLS (default: ConfigMap `ssl-redirect`)"},
    AnnotationRow{"force-ssl-redirect", AnnotationGroup::redirect, kBooleanValues, check_boolean,
                  OnInvalid::use_default, AnnotationScope::path, AnnotationRisk::medium, "false",
                  "Redirects plain HTTP to HTTPS whether or not the host has TLS (default: ConfigMap "
                  "`force-ssl-redirect`)"},
    AnnotationRow{"preserve-trailing-slash", AnnotationGroup::redirect, kBooleanValues, check_boolean,
                  OnInvalid::use_default, AnnotationScope::path, AnnotationRisk::medium, "false",
                  "Keeps a `/` that ends the request target when redirecting to HTTPS"},
    AnnotationRow{"use-port-in-redirects", AnnotationGroup::redirect, kBooleanValues, check_boolean,
                  OnInvalid::use_default, AnnotationScope::path, AnnotationRisk::low, "false",
                  "Writes the port into redirects to HTTPS and into those that add a `/` (default: ConfigMap "
                  "`use-port-in-redirects`)"},
    AnnotationRow{"relative-redirects", AnnotationGroup::redirect, kBooleanValues, check_boolean,
                  OnInvalid::drop_ingress, AnnotationScope::path, AnnotationRisk::low, "false",
                  "Names no host in redirects that lead to a path: those that add a `/` and those of "
                  "`permanent-redirect` (default: ConfigMap `relative-redirects`)"},
};

}  // namespace

std::span<const AnnotationRow> redirect_rows() { return kRows; }

RedirectAnnotations read_redirect_annotations(AnnotationReader& reader) {
  RedirectAnnotations result;
  result.ssl_redirect = reader.boolean("ssl-redirect");
  result.force_ssl_redirect = reader.boolean("force-ssl-redirect");
  result.preserve_trailing_slash = reader.boolean("preserve-trailing-slash");
  result.use_port_in_redirects = reader.boolean("use-port-in-redirects");
  result.relative_redirects = reader.boolean("relative-redirects");
  return result;
}

}  // namespace headgate::k8swatch
