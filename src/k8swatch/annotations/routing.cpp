#include "k8swatch/annotations/routing.h"

#include <array>
#include <string>

#include "base/quoted.h"
#include "k8swatch/annotations/rows.h"
#include "k8swatch/annotations/values.h"

namespace headgate::k8swatch {
namespace {

constexpr std::string_view kPathValues = "a path; `$1` to `$9` are groups, other `$name` variables of nginx";

// ingress-nginx's RegexPathWithCapture.
Result<void> check_captured_path(std::string_view value) {
  if (!is_made_of(value, "-._~/:$"))
    return fail(quoted(value) + " holds other characters than letters, digits and -._~/:$");
  if (const auto parsed = policy::CaptureTemplate::parse(value); !parsed) return fail(parsed.error().message);
  return {};
}

Result<void> check_host_template(std::string_view value) {
  if (!is_made_of(value, "-._:${}"))
    return fail(quoted(value) + " is neither a host nor a variable of nginx");
  if (const auto parsed = policy::Template::parse(value); !parsed) return fail(parsed.error().message);
  return {};
}

constexpr std::array kRows = {
    AnnotationRow{
        "rewrite-target", AnnotationGroup::routing, kPathValues, check_captured_path, OnInvalid::use_default,
        AnnotationScope::path, AnnotationRisk::medium, "",
        "Path that pods get in place of the client's; the query stays, and what of the path no group "
        "holds is gone. Paths become regular expressions as with `use-regex`. A URL (`https://…`) "
        "redirects with 302 instead. Nothing happens to a path that is written like it"},
    AnnotationRow{
        "use-regex", AnnotationGroup::routing, kBooleanValues, check_boolean, OnInvalid::use_default,
        AnnotationScope::path, AnnotationRisk::low, "false",
        "Makes every path of the host, those of other Ingresses too, a regular expression: case "
        "ignored, from the start, the longest text first. On a host of another namespace it does so "
        "with the paths of its own namespace alone "
        "(`docs/decisions/0012-guests-expressions.md`)"},
    AnnotationRow{"x-forwarded-prefix", AnnotationGroup::routing, kPathValues, check_captured_path,
                  OnInvalid::drop_ingress, AnnotationScope::path, AnnotationRisk::medium, "",
                  "Sends X-Forwarded-Prefix to pods; only where `rewrite-target` acts"},
    AnnotationRow{"upstream-vhost", AnnotationGroup::routing, "a host, perhaps with variables of nginx",
                  check_host_template, OnInvalid::drop_ingress, AnnotationScope::path, AnnotationRisk::low,
                  "", "Host that pods are told in place of the client's"},
};

std::optional<policy::CaptureTemplate> read_path(AnnotationReader& reader, std::string_view name) {
  const auto text = reader.text(name);
  if (!text) return std::nullopt;
  auto parsed = policy::CaptureTemplate::parse(*text);  // the row's check has let it through
  return parsed ? std::optional(*std::move(parsed)) : std::nullopt;
}

}  // namespace

std::span<const AnnotationRow> routing_rows() { return kRows; }

RoutingAnnotations read_routing_annotations(AnnotationReader& reader) {
  RoutingAnnotations result;
  result.use_regex = reader.boolean("use-regex").value_or(false);
  result.rewrite_target = read_path(reader, "rewrite-target");
  if (auto prefix = read_path(reader, "x-forwarded-prefix")) {
    if (result.rewrite_target)
      result.forwarded_prefix = *std::move(prefix);
    else
      reader.note("x-forwarded-prefix", OnInvalid::use_default, "has no effect without rewrite-target");
  }
  if (const auto host = reader.text("upstream-vhost"))
    if (auto parsed = policy::Template::parse(*host)) result.upstream_host = *std::move(parsed);
  return result;
}

}  // namespace headgate::k8swatch
