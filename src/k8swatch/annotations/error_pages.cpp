#include "k8swatch/annotations/error_pages.h"

#include <algorithm>
#include <array>

#include "base/quoted.h"
#include "base/units.h"
#include "http/ascii.h"
#include "k8swatch/annotations/rows.h"
#include "k8swatch/annotations/values.h"
#include "k8swatch/names.h"

namespace headgate::k8swatch {
namespace {

constexpr int kLeastError = 400;
constexpr int kMostStatus = 599;

Result<void> check_statuses(std::string_view value) {
  if (const auto statuses = parse_statuses(value, kLeastError); !statuses)
    return fail(statuses.error().message);
  return {};
}

Result<void> check_service(std::string_view value) {
  if (!is_dns1123_label(value)) return fail(quoted(value) + " is no name of a Service");
  return {};
}

constexpr std::array kRows = {
    AnnotationRow{
        "custom-http-errors", AnnotationGroup::headers, "statuses from 400 to 599, separated by commas",
        check_statuses, OnInvalid::drop_ingress, AnnotationScope::path, AnnotationRisk::low, "",
        "Answers with these statuses, of pods and of Headgate itself, are worded by the default "
        "backend: it is asked for `/` with the client's method and without content, and is told in "
        "`X-Code`, `X-Format`, `X-Original-URI`, `X-Namespace`, `X-Ingress-Name`, `X-Service-Name` and "
        "`X-Service-Port`; the client gets its answer, status included. Without a default backend the "
        "error stays as it is (ingress-nginx turns it into its built-in 404); so do answers to "
        "upgrades (default: ConfigMap `custom-http-errors`)"},
    AnnotationRow{
        "default-backend", AnnotationGroup::headers, "the name of a Service of the same namespace",
        check_service, OnInvalid::drop_ingress, AnnotationScope::path, AnnotationRisk::low, "",
        "Gets the requests that the Service of the path has no endpoint for, with `X-Code: 503`, and "
        "words custom errors; its first port. While it has no endpoint itself, it counts as not given"},
    AnnotationRow{
        "disable-proxy-intercept-errors", AnnotationGroup::headers, kBooleanValues, check_boolean,
        OnInvalid::use_default, AnnotationScope::path, AnnotationRisk::low, "false",
        "`true`: errors of pods pass unchanged, Headgate's own are still worded (default: ConfigMap "
        "`disable-proxy-intercept-errors`)"},
};

}  // namespace

std::span<const AnnotationRow> error_pages_rows() { return kRows; }

Result<std::vector<int>> parse_statuses(std::string_view list, int least) {
  std::vector<int> statuses;
  std::string bad;
  http::for_each_member(list, [&](std::string_view member) {
    const auto status = parse_count(member, kMostStatus);
    if (status && *status >= static_cast<std::uint64_t>(least))
      statuses.push_back(static_cast<int>(*status));
    else if (bad.empty())
      bad = quoted(member) + " is no status from " + std::to_string(least) + " to " +
            std::to_string(kMostStatus);
  });
  if (!bad.empty()) return fail(bad);
  if (statuses.empty()) return fail(quoted(list) + " names no status");
  std::sort(statuses.begin(), statuses.end());
  statuses.erase(std::unique(statuses.begin(), statuses.end()), statuses.end());
  return statuses;
}

ErrorPagesAnnotations read_error_pages_annotations(AnnotationReader& reader) {
  ErrorPagesAnnotations result;
  if (const auto list = reader.text("custom-http-errors")) {
    if (auto statuses = parse_statuses(*list, kLeastError)) result.statuses = *std::move(statuses);
  }
  result.backend = reader.text("default-backend").value_or(std::string_view());
  result.own_errors_only = reader.boolean("disable-proxy-intercept-errors");
  return result;
}

}  // namespace headgate::k8swatch
