#include "k8swatch/annotations/mirror.h"

#include <array>
#include <string>

#include "base/quoted.h"
#include "k8swatch/annotations/rows.h"
#include "k8swatch/annotations/values.h"
#include "k8swatch/service_url.h"

namespace headgate::k8swatch {
namespace {

Result<void> check_target(std::string_view value) {
  if (!is_made_of(value, "-._~/:,?&=$"))
    return fail(quoted(value) + " has characters no mirror-target may have");
  return {};
}

Result<void> check_host(std::string_view value) {
  if (!is_made_of(value, "-._:")) return fail(quoted(value) + " is no name of a host");
  return {};
}

constexpr std::array kRows = {
    AnnotationRow{
        "mirror-target", AnnotationGroup::mirroring,
        "a URL; variables of nginx may stand in its path and query", check_target, OnInvalid::use_default,
        AnnotationScope::path, AnnotationRisk::high, "",
        "Where a copy of each request is sent once it is whole; the answer is thrown away. Without a path "
        "the request's own target is used. Over https the host is sent as the name (SNI) and whoever answers "
        "is taken. Nobody waits for a mirror: copies with more than 1 MiB of "
        "content, beyond 256 under way at once in a Worker, or beyond 32 MiB that all copies in a Worker may "
        "hold together, are dropped and counted (`mirror_dropped`)",
        "",
        "A value in it stays in its place, as in `auth-url`; a copy whose target would get a dot segment is "
        "dropped"},
    AnnotationRow{"mirror-request-body", AnnotationGroup::mirroring, kOnOff, check_on_off,
                  OnInvalid::use_default, AnnotationScope::path, AnnotationRisk::low, "on",
                  "Whether the copy has the request's content"},
    AnnotationRow{"mirror-host", AnnotationGroup::mirroring, "the name of a host", check_host,
                  OnInvalid::use_default, AnnotationScope::path, AnnotationRisk::high, "",
                  "What the mirror is told as Host (default: the host of `mirror-target`)"},
};

}  // namespace

std::span<const AnnotationRow> mirror_rows() { return kRows; }

std::optional<MirrorAnnotations> read_mirror_annotations(AnnotationReader& reader) {
  const auto body = reader.text("mirror-request-body");
  const auto host = reader.text("mirror-host");
  const auto text = reader.text("mirror-target");
  if (!text) return std::nullopt;
  const auto ignore = [&](const std::string& reason) {
    reader.note("mirror-target", OnInvalid::use_default, reason + "; nothing is mirrored");
    return std::nullopt;
  };
  const auto url = parse_service_url(*text);
  if (!url) return ignore(url.error().message);
  auto target = policy::Template::parse(url->has_target ? url->target : "$request_uri");
  if (!target) return ignore(target.error().message);
  MirrorAnnotations result;
  result.mirror.url = *text;
  result.mirror.target = *std::move(target);
  result.mirror.host = host ? std::string(*host) : url->host_field();
  result.mirror.with_body = body.value_or("on") == "on";
  result.service.host = url->host;
  result.service.port = std::to_string(url->port);
  result.service.https = url->https;
  return result;
}

}  // namespace headgate::k8swatch
