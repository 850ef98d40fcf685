#include "k8swatch/annotations/passthrough.h"

#include <array>

#include "k8swatch/annotations/rows.h"
#include "k8swatch/annotations/values.h"

namespace headgate::k8swatch {
namespace {

constexpr std::array kRows = {
    AnnotationRow{
        "ssl-passthrough", AnnotationGroup::passthrough, kBooleanValues, check_boolean,
        OnInvalid::drop_ingress, AnnotationScope::host, AnnotationRisk::low, "false",
        "Hands TLS connections for the host to the pod unopened; needs --enable-ssl-passthrough", "",
        "Other requests for the host are redirected or get 421; ingress-nginx sends them on over TLS"},
};

}  // namespace

std::span<const AnnotationRow> passthrough_rows() { return kRows; }

bool read_ssl_passthrough(AnnotationReader& reader) {
  return reader.boolean("ssl-passthrough").value_or(false);
}

}  // namespace headgate::k8swatch
