// The annotations backend-protocol and proxy-ssl-*: what is spoken to the pods of an Ingress.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "k8swatch/annotations/reader.h"
#include "router/model.h"

namespace headgate::k8swatch {

struct BackendTlsAnnotations {
  std::optional<router::UpstreamProtocol> protocol;  // absent: as the Service's appProtocol says
  // proxy-ssl-secret, "namespace/name"; empty: absent, or not of that form, which `problem` says. Without it
  // no other key of the family counts.
  std::string secret;
  std::string problem;
  bool verify = false;
  std::uint32_t depth = 1;
  std::string name;
  bool send_name = false;
  bool tls12 = true;
  bool tls13 = true;
  std::string ciphers;
};

BackendTlsAnnotations read_backend_tls_annotations(AnnotationReader& reader);

}  // namespace headgate::k8swatch
