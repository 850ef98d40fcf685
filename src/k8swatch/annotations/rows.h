// The rows of the registry, group by group: each stands with the code that reads it.
#pragma once

#include <span>

#include "k8swatch/annotations/registry.h"

namespace headgate::k8swatch {

inline constexpr std::string_view kBooleanValues = "`true` or `false`";
inline constexpr std::string_view kOnOff = "`on` or `off`";

// Makes rows of one group that act on the paths of their own Ingress; without a word about it, a bad value
// counts as none.
struct PathRows {
  using Check = Result<void> (*)(std::string_view value);
  AnnotationGroup group;

  constexpr AnnotationRow operator()(std::string_view name, std::string_view values, Check check,
                                     OnInvalid on_invalid, AnnotationRisk risk, std::string_view default_text,
                                     std::string_view doc, std::string_view deviation = "") const {
    return {name, group,        values, check, on_invalid, AnnotationScope::path,
            risk, default_text, doc,    "",    deviation};
  }
  constexpr AnnotationRow operator()(std::string_view name, std::string_view values, Check check,
                                     AnnotationRisk risk, std::string_view default_text,
                                     std::string_view doc) const {
    return (*this)(name, values, check, OnInvalid::use_default, risk, default_text, doc);
  }
};

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
std::span<const AnnotationRow> tracing_rows();
std::span<const AnnotationRow> refused_rows();
std::span<const AnnotationRow> cors_rows();
std::span<const AnnotationRow> authentication_rows();
std::span<const AnnotationRow> limit_rows();
std::span<const AnnotationRow> backend_tls_rows();
std::span<const AnnotationRow> routing_rows();
std::span<const AnnotationRow> redirection_rows();

}  // namespace headgate::k8swatch
