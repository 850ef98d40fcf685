#include "k8swatch/event.h"

#include <array>
#include <charconv>
#include <string_view>
#include <utility>

#include "base/json_string.h"
#include "k8swatch/micro_time.h"
#include "k8swatch/object_decoder.h"

namespace headgate::k8swatch {
namespace {

constexpr std::size_t kMostNameBytes = 253;      // RFC 1123 subdomain, as the API validates names
constexpr std::size_t kMostInstanceBytes = 128;  // of reportingInstance

// From "Ingress default/web" and "IngressClass headgate" (to_string of ObjectKey).
std::optional<ObjectKey> parse_key(std::string_view text) {
  const std::size_t space = text.find(' ');
  if (space == std::string_view::npos) return std::nullopt;
  for (std::size_t i = 0; i < kKindCount; ++i) {
    const Kind kind = static_cast<Kind>(i);
    if (text.substr(0, space) != to_string(kind)) continue;
    const std::string_view name = text.substr(space + 1);
    const std::size_t slash = name.find('/');
    const bool is_of_cluster = kind == Kind::ingress_class || kind == Kind::namespace_;
    if (is_of_cluster != (slash == std::string_view::npos) || name.empty()) return std::nullopt;
    if (is_of_cluster) return ObjectKey{kind, "", std::string(name)};
    return ObjectKey{kind, std::string(name.substr(0, slash)), std::string(name.substr(slash + 1))};
  }
  return std::nullopt;
}

std::string reason_of(const Finding& finding, Kind kind) {
  if (kind == Kind::ingress && finding.field.starts_with("metadata.annotations["))
    return "AnnotationParsingFailed";
  return finding.severity == Severity::error ? "NotServed" : "Ignored";
}

}  // namespace

std::optional<Event> event_of(const Finding& finding) {
  std::optional<ObjectKey> key = parse_key(finding.object);
  if (!key) return std::nullopt;
  Event event;
  event.is_warning = true;
  event.reason = reason_of(finding, key->kind);
  event.action = "Translate";
  // One line of ASCII: it may be cut anywhere.
  event.note = line_of(finding).substr(finding.object.size() + 2, kMostNoteBytes);
  event.regarding = *std::move(key);
  return event;
}

Event sync_event(ObjectKey ingress) {
  return {std::move(ingress), false, "Sync", "Sync", "Scheduled for sync"};
}

std::string event_namespace(const ObjectKey& regarding) {
  return regarding.namespace_name.empty() ? "default" : regarding.namespace_name;
}

std::string event_name(const std::string& object, std::uint64_t nanoseconds) {
  std::array<char, 16> digits{};
  const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), nanoseconds, 16);
  std::string name = object.substr(0, kMostNameBytes - 1 - digits.size());
  while (!name.empty() && (name.back() == '.' || name.back() == '-')) name.pop_back();
  return name.append(".").append(digits.data(), end);
}

std::string event_text(const Event& event, const Metadata* object, const EventReporter& reporter,
                       const std::string& name, WallTime time) {
  const ObjectKey& key = event.regarding;
  std::string regarding = R"({"apiVersion":)" + json_string(api_version_of(key.kind)) + R"(,"kind":)" +
                          json_string(to_string(key.kind)) + R"(,"name":)" + json_string(key.name);
  if (!key.namespace_name.empty()) regarding += R"(,"namespace":)" + json_string(key.namespace_name);
  if (object != nullptr && !object->uid.empty()) {
    regarding += R"(,"uid":)" + json_string(object->uid);
    regarding += R"(,"resourceVersion":)" + json_string(object->resource_version);
  }
  regarding += '}';
  return R"({"apiVersion":"events.k8s.io/v1","kind":"Event","metadata":{"name":)" + json_string(name) +
         R"(,"namespace":)" + json_string(event_namespace(key)) + R"(},"eventTime":)" +
         json_string(micro_time(time)) + R"(,"reportingController":)" + json_string(reporter.controller) +
         R"(,"reportingInstance":)" + json_string(reporter.instance.substr(0, kMostInstanceBytes)) +
         R"(,"action":)" + json_string(event.action) + R"(,"reason":)" + json_string(event.reason) +
         R"(,"type":)" + (event.is_warning ? R"("Warning")" : R"("Normal")") + R"(,"regarding":)" +
         regarding + R"(,"note":)" + json_string(event.note) + "}";
}

std::string series_text(std::uint64_t count, WallTime last) {
  return R"({"series":{"count":)" + std::to_string(count) + R"(,"lastObservedTime":)" +
         json_string(micro_time(last)) + "}}";
}

}  // namespace headgate::k8swatch
