#include "k8swatch/annotations/limits.h"

#include <array>

#include "base/cidr.h"
#include "k8swatch/annotations/numbers.h"
#include "k8swatch/annotations/rows.h"
#include "k8swatch/annotations/values.h"

namespace headgate::k8swatch {
namespace {

constexpr std::uint64_t kMost = 1'000'000;
constexpr std::uint64_t kMostMultiplier = 1000;

// Unlike the allow list, one bad entry is too many: ingress-nginx refuses the whole of it.
Result<void> check_exempt(std::string_view value) {
  if (const auto list = CidrList::parse(value); !list) return fail(list.error().message);
  return {};
}

constexpr std::string_view kCount = "a number up to 1000000";

constexpr std::array kRows = {
    AnnotationRow{
        "limit-connections", AnnotationGroup::limits, kCount, check_count<kMost>, OnInvalid::drop_ingress,
        AnnotationScope::path, AnnotationRisk::low, "0",
        "Requests that a client may have answered at a time, of all paths of the Ingress, each stream "
        "of HTTP/2 for itself; more get 503 (ConfigMap `limit-conn-status-code`); `0`: any"},
    AnnotationRow{"limit-rps", AnnotationGroup::limits, kCount, check_count<kMost>, OnInvalid::drop_ingress,
                  AnnotationScope::path, AnnotationRisk::low, "0",
                  "Requests a second of one client, for all paths of the Ingress and over all Workers of the "
                  "process; more get 503 (ConfigMap `limit-req-status-code`); `0`: any"},
    AnnotationRow{"limit-rpm", AnnotationGroup::limits, kCount, check_count<kMost>, OnInvalid::drop_ingress,
                  AnnotationScope::path, AnnotationRisk::low, "0", "The same a minute"},
    AnnotationRow{"limit-burst-multiplier", AnnotationGroup::limits, "a number up to 1000",
                  check_count<kMostMultiplier>, OnInvalid::use_default, AnnotationScope::path,
                  AnnotationRisk::low, "5",
                  "So many times the limit pass at once, without delay, before `limit-rps` and `limit-rpm` "
                  "count"},
    AnnotationRow{"limit-allowlist", AnnotationGroup::limits, "addresses and networks, separated by commas",
                  check_exempt, OnInvalid::drop_ingress, AnnotationScope::path, AnnotationRisk::low, "",
                  "Clients without any of these limits", "limit-whitelist"},
};

}  // namespace

std::span<const AnnotationRow> limit_rows() { return kRows; }

LimitAnnotations read_limit_annotations(AnnotationReader& reader) {
  LimitAnnotations result;
  result.connections = reader.number("limit-connections").value_or(result.connections);
  result.per_second = reader.number("limit-rps").value_or(result.per_second);
  result.per_minute = reader.number("limit-rpm").value_or(result.per_minute);
  result.burst_multiplier = reader.number("limit-burst-multiplier").value_or(result.burst_multiplier);
  if (const auto text = reader.text("limit-allowlist")) {
    std::vector<Error> none;  // the check has let it through
    result.exempt = CidrList::parse_good(*text, none);
  }
  return result;
}

}  // namespace headgate::k8swatch
