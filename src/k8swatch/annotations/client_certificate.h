// The auth-tls-* annotations: what an Ingress asks of its clients' certificates.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "k8swatch/annotations/reader.h"

namespace headgate::k8swatch {

enum class VerifyClientMode : std::uint8_t { on, off, optional, optional_no_ca };

struct ClientCertificateAnnotations {
  std::string secret;  // "namespace/name"; empty: not of that form, `problem` says so
  std::string problem;
  VerifyClientMode verify = VerifyClientMode::on;
  std::uint32_t depth = 1;
  std::string error_page;  // an absolute http or https URL, or empty
  bool pass_certificate = false;
  std::string match_cn;  // as written, "CN=" and a regular expression; or empty
  friend bool operator==(const ClientCertificateAnnotations&, const ClientCertificateAnnotations&) = default;
};

// Nothing where there is no auth-tls-secret: the other keys are then not even looked at.
std::optional<ClientCertificateAnnotations> read_client_certificate_annotations(AnnotationReader& reader);

}  // namespace headgate::k8swatch
