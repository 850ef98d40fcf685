#include "k8swatch/annotations/backend.h"

#include <array>

#include "k8swatch/annotations/rows.h"
#include "k8swatch/annotations/values.h"

namespace headgate::k8swatch {
namespace {

constexpr std::array kRows = {
    AnnotationRow{
        "service-upstream", AnnotationGroup::backend, kBooleanValues, check_boolean, OnInvalid::use_default,
        AnnotationScope::path, AnnotationRisk::low, "false",
        "Sends requests to the address of the Service (clusterIP) instead of its pods, where it has "
        "one (default: ConfigMap `service-upstream`)"},
};

}  // namespace

std::span<const AnnotationRow> backend_rows() { return kRows; }

std::optional<bool> read_service_upstream(AnnotationReader& reader) {
  return reader.boolean("service-upstream");
}

}  // namespace headgate::k8swatch
