#include "k8swatch/annotations/tracing.h"

#include <array>

#include "base/quoted.h"
#include "k8swatch/annotations/rows.h"
#include "k8swatch/annotations/values.h"

namespace headgate::k8swatch {
namespace {

Result<void> check_name(std::string_view value) {
  if (!is_made_of(value, "-_"))
    return fail(quoted(value) + " has other characters than letters, digits, - and _");
  return {};
}

constexpr std::string_view kByItself =
    "It counts without `enable-opentelemetry` beside it, too; ingress-nginx forgets it there";

constexpr PathRows tracing{AnnotationGroup::tracing};
constexpr std::array kRows = {
    tracing("enable-opentelemetry", kBooleanValues, check_boolean, AnnotationRisk::low, "",
            "Whether requests are part of traces, and a span is sent for each that is sampled (default: "
            "ConfigMap `enable-opentelemetry`; [tracing.md](tracing.md))"),
    tracing("opentelemetry-trust-incoming-span", kBooleanValues, check_boolean, OnInvalid::use_default,
            AnnotationRisk::low, "true",
            "Whether the client's `traceparent` and `tracestate` are believed; else a new trace begins here "
            "(default: ConfigMap `opentelemetry-trust-incoming-span`)",
            kByItself),
    tracing("opentelemetry-operation-name", "letters, digits, `-` and `_`", check_name,
            OnInvalid::drop_ingress, AnnotationRisk::medium, "",
            "What the span is called (default: ConfigMap `opentelemetry-operation-name`)", kByItself),
};

}  // namespace

std::span<const AnnotationRow> tracing_rows() { return kRows; }

TracingAnnotations read_tracing_annotations(AnnotationReader& reader) {
  TracingAnnotations result;
  result.enabled = reader.boolean("enable-opentelemetry");
  result.trusts_parent = reader.boolean("opentelemetry-trust-incoming-span");
  result.operation_name = reader.text("opentelemetry-operation-name").value_or(std::string_view());
  return result;
}

}  // namespace headgate::k8swatch
