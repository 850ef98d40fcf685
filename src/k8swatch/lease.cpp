#include "k8swatch/lease.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/json_string.h"
#include "k8swatch/json_reader.h"
#include "k8swatch/json_scanner.h"
#include "k8swatch/micro_time.h"

namespace headgate::k8swatch {
namespace {

// Of any size: a Lease with odd numbers must not be one that nobody can ever take.
bool whole_number(JsonReader& reader, JsonValue& value, std::int64_t& out) {
  return reader.integer(value, INT64_MIN, INT64_MAX, out);
}

}  // namespace

Result<Lease> read_lease(const std::string& text) {
  JsonScanner scanner(text);
  JsonDocument document;
  if (scanner.next(document) != JsonScanner::Step::document)
    return fail("not a Lease: " + (scanner.error().empty() ? "nothing there" : scanner.error()));
  Lease lease;
  const auto part = [&](const JsonSpan& span) { return text.substr(span.begin, span.end - span.begin); };
  for (const JsonMember& member : document.members) {
    if (part(member.key) == "metadata") lease.metadata_json = part(member.value);
    if (part(member.key) == "spec") lease.spec_json = part(member.value);
  }
  if (lease.metadata_json.empty()) return fail("not a Lease: it has no metadata");
  if (lease.spec_json.empty() || lease.spec_json == "null")
    return lease;  // somebody made it empty: nobody holds it

  const std::string padded = padded_copy(lease.spec_json);
  JsonReader reader;
  JsonValue spec;
  std::int64_t seconds = 0;
  if (!reader.open(padded) || !reader.root(spec) ||
      !reader.object(spec, [&](std::string_view key, JsonValue& value) {
        if (key == "holderIdentity") return reader.string(value, lease.holder);
        if (key == "acquireTime") return reader.string(value, lease.acquire_time);
        if (key == "leaseDurationSeconds") return whole_number(reader, value, seconds);
        if (key == "leaseTransitions") return whole_number(reader, value, lease.transitions);
        return true;
      })) {
    return fail("not a Lease: spec." + reader.error().field + ": " + reader.error().reason);
  }
  if (seconds <= INT32_MAX) lease.duration = std::chrono::seconds(std::max<std::int64_t>(seconds, 0));
  lease.transitions = std::clamp<std::int64_t>(lease.transitions, 0, kMostTransitions);
  return lease;
}

std::string lease_text(const std::string& metadata_json, const LeaseSpec& spec) {
  return R"({"apiVersion":"coordination.k8s.io/v1","kind":"Lease","metadata":)" + metadata_json +
         R"(,"spec":{"holderIdentity":)" + json_string(spec.holder) + R"(,"leaseDurationSeconds":)" +
         std::to_string(spec.duration.count()) + R"(,"acquireTime":)" + json_string(spec.acquire_time) +
         R"(,"renewTime":)" + json_string(micro_time(spec.renew_time)) + R"(,"leaseTransitions":)" +
         std::to_string(spec.transitions) + "}}";
}

}  // namespace headgate::k8swatch
