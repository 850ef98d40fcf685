// All annotations of one Ingress, group by group, as values.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "k8swatch/annotations/authentication.h"
#include "k8swatch/annotations/backend.h"
#include "k8swatch/annotations/backend_tls.h"
#include "k8swatch/annotations/balancing.h"
#include "k8swatch/annotations/canary.h"
#include "k8swatch/annotations/client_certificate.h"
#include "k8swatch/annotations/cors.h"
#include "k8swatch/annotations/error_pages.h"
#include "k8swatch/annotations/external_auth.h"
#include "k8swatch/annotations/headers.h"
#include "k8swatch/annotations/ip_filter.h"
#include "k8swatch/annotations/limits.h"
#include "k8swatch/annotations/mirror.h"
#include "k8swatch/annotations/proxying.h"
#include "k8swatch/annotations/reader.h"
#include "k8swatch/annotations/redirect.h"
#include "k8swatch/annotations/redirection.h"
#include "k8swatch/annotations/routing.h"
#include "k8swatch/annotations/tracing.h"
#include "k8swatch/objects.h"

namespace headgate::k8swatch {

struct IngressAnnotations {
  RedirectAnnotations redirect;
  std::optional<ClientCertificateAnnotations> client_certificate;
  bool ssl_passthrough = false;
  std::string ssl_ciphers;
  std::optional<bool> service_upstream;
  IpFilterAnnotations ip_filter;
  ProxyingAnnotations proxying;
  BalancingAnnotations balancing;
  std::optional<policy::CanaryRule> canary;  // nothing: it is none
  AuthenticationAnnotations authentication;
  ExternalAuthAnnotations external_auth;
  ErrorPagesAnnotations error_pages;
  std::optional<MirrorAnnotations> mirror;
  HeaderAnnotations headers;
  TracingAnnotations tracing;
  LimitAnnotations limits;
  std::optional<policy::CorsRules> cors;
  BackendTlsAnnotations backend_tls;
  RoutingAnnotations routing;
  RedirectionAnnotations redirection;
  std::vector<AnnotationProblem> problems;  // in the order of the registry's groups
};

// `prefix`: without '/'.
IngressAnnotations read_annotations(const Ingress& ingress, std::string_view prefix);

}  // namespace headgate::k8swatch
