#include "k8swatch/annotations/ingress_annotations.h"

#include "k8swatch/annotations/ciphers.h"
#include "k8swatch/annotations/health.h"
#include "k8swatch/annotations/passthrough.h"
#include "k8swatch/annotations/refused.h"

namespace headgate::k8swatch {

IngressAnnotations read_annotations(const Ingress& ingress, std::string_view prefix) {
  IngressAnnotations result;
  if (ingress.metadata.annotations.empty()) return result;
  AnnotationReader reader(ingress, prefix);
  result.redirect = read_redirect_annotations(reader);
  result.client_certificate = read_client_certificate_annotations(reader);
  result.ssl_passthrough = read_ssl_passthrough(reader);
  result.ssl_ciphers = read_ssl_ciphers(reader);
  result.service_upstream = read_service_upstream(reader);
  result.ip_filter = read_ip_filter_annotations(reader);
  result.proxying = read_proxying_annotations(reader);
  result.balancing = read_balancing_annotations(reader);
  result.canary = read_canary_annotations(reader);
  result.authentication = read_authentication_annotations(reader);
  result.external_auth = read_external_auth_annotations(reader);
  result.error_pages = read_error_pages_annotations(reader);
  result.mirror = read_mirror_annotations(reader);
  result.headers = read_header_annotations(reader);
  result.tracing = read_tracing_annotations(reader);
  read_refused_annotations(reader);
  read_health_annotations(reader);  // HealthRules follow them; what is wrong with them is told here
  result.limits = read_limit_annotations(reader);
  result.cors = read_cors_annotations(reader);
  result.backend_tls = read_backend_tls_annotations(reader);
  result.routing = read_routing_annotations(reader);
  result.redirection = read_redirection_annotations(reader);
  result.problems = reader.problems();
  return result;
}

}  // namespace headgate::k8swatch
