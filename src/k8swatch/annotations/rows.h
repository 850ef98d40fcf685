// The rows of the registry, group by group: each stands with the code that reads it.
#pragma once

#include <span>

#include "k8swatch/annotations/registry.h"

namespace headgate::k8swatch {

inline constexpr std::string_view kBooleanValues = "`true` or `false`";

std::span<const AnnotationRow> redirect_rows();
std::span<const AnnotationRow> client_certificate_rows();
std::span<const AnnotationRow> passthrough_rows();
std::span<const AnnotationRow> ciphers_rows();
std::span<const AnnotationRow> backend_rows();
std::span<const AnnotationRow> ip_filter_rows();
std::span<const AnnotationRow> proxying_rows();
std::span<const AnnotationRow> balancing_rows();
std::span<const AnnotationRow> health_rows();
std::span<const AnnotationRow> canary_rows();
std::span<const AnnotationRow> external_auth_rows();
std::span<const AnnotationRow> error_pages_rows();
std::span<const AnnotationRow> mirror_rows();
std::span<const AnnotationRow> headers_rows();
std::span<const AnnotationRow> refused_rows();
std::span<const AnnotationRow> cors_rows();
std::span<const AnnotationRow> authentication_rows();
std::span<const AnnotationRow> limit_rows();
std::span<const AnnotationRow> backend_tls_rows();
std::span<const AnnotationRow> routing_rows();
std::span<const AnnotationRow> redirection_rows();

}  // namespace headgate::k8swatch
