// All annotations of one Ingress, group by group, as values.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "k8swatch/annotations/backend.h"
#include "k8swatch/annotations/balancing.h"
#include "k8swatch/annotations/canary.h"
#include "k8swatch/annotations/client_certificate.h"
#include "k8swatch/annotations/ip_filter.h"
#include "k8swatch/annotations/proxying.h"
#include "k8swatch/annotations/reader.h"
#include "k8swatch/annotations/redirect.h"
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
  std::vector<AnnotationProblem> problems;   // in the order of the registry's groups
};

// `prefix`: without '/'.
IngressAnnotations read_annotations(const Ingress& ingress, std::string_view prefix);

}  // namespace headgate::k8swatch
