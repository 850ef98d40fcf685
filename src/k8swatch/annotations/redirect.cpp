#include "k8swatch/annotations/redirect.h"

namespace headgate::k8swatch {

RedirectAnnotations read_redirect_annotations(AnnotationReader& reader) {
  RedirectAnnotations result;
  result.ssl_redirect = reader.boolean("ssl-redirect");
  result.force_ssl_redirect = reader.boolean("force-ssl-redirect");
  result.preserve_trailing_slash = reader.boolean("preserve-trailing-slash");
  result.use_port_in_redirects = reader.boolean("use-port-in-redirects");
  return result;
}

}  // namespace headgate::k8swatch
