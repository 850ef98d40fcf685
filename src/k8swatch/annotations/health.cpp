#include "k8swatch/annotations/health.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <utility>
#include <vector>

#include "base/quoted.h"
#include "base/units.h"
#include "k8swatch/annotations/backend_tls.h"
#include "k8swatch/annotations/numbers.h"
#include "k8swatch/annotations/rows.h"
#include "k8swatch/annotations/values.h"

namespace headgate::k8swatch {
namespace {

using router::HealthCheck;
using router::HealthSettings;
using router::OutlierDetection;
using std::chrono::milliseconds;

constexpr std::int64_t kSecond = 1000;
constexpr std::int64_t kHour = 3600 * kSecond;
constexpr std::int64_t kMostCount = 1'000'000;
constexpr std::size_t kLongestPath = 1024;
constexpr std::size_t kLongestHost = 253 + 6;  // with a port

std::string in_words(std::int64_t ms) {
  return ms % kSecond == 0 ? std::to_string(ms / kSecond) + "s" : std::to_string(ms) + "ms";
}

template <std::int64_t Least, std::int64_t Most>
Result<void> check_time(std::string_view value) {
  const auto time = parse_time(value);
  if (!time) return fail(time.error().message);
  if (time->count() >= Least && time->count() <= Most) return {};
  return fail(quoted(value) + " is not from " + in_words(Least) + " to " + in_words(Most));
}

Result<void> check_path(std::string_view value) {
  if (value.size() > kLongestPath) return fail("is longer than " + std::to_string(kLongestPath) + " bytes");
  const bool printable = std::all_of(value.begin(), value.end(), [](char c) { return c > ' ' && c < 0x7f; });
  if (value.starts_with('/') && printable && value.find('#') == std::string_view::npos) return {};
  return fail(quoted(value) + " is no path: it begins with '/' and holds printable ASCII without '#'");
}

Result<void> check_host(std::string_view value) {
  if (value.size() <= kLongestHost && is_made_of(value, "-.:[]_")) return {};
  return fail(quoted(value) + " is no host name");
}

Result<void> check_grpc_service(std::string_view value) {
  if (value.size() <= kLongestHost && is_made_of(value, "._-/")) return {};
  return fail(quoted(value) + " is no name of a gRPC service");
}

// "200-299,404". Nothing: not of that form.
std::optional<std::vector<HealthCheck::Statuses>> parse_statuses(std::string_view text) {
  constexpr std::int64_t kLeast = 200;
  constexpr std::int64_t kMost = 599;
  std::vector<HealthCheck::Statuses> result;
  while (true) {
    const std::size_t comma = text.find(',');
    const std::string_view entry = trimmed(text.substr(0, comma));
    const std::size_t dash = entry.find('-');
    const auto first = parse_integer(entry.substr(0, dash));
    const auto last = dash == std::string_view::npos ? first : parse_integer(entry.substr(dash + 1));
    if (!first || !last || *first < kLeast || *last > kMost || *first > *last) return std::nullopt;
    result.push_back({static_cast<int>(*first), static_cast<int>(*last)});
    if (comma == std::string_view::npos) return result;
    text.remove_prefix(comma + 1);
  }
}

Result<void> check_statuses(std::string_view value) {
  if (parse_statuses(value)) return {};
  return fail(quoted(value) + " is no list of statuses from 200 to 599, as in 200-299,404");
}

constexpr AnnotationRow row(std::string_view name, std::string_view values,
                            Result<void> (*check)(std::string_view), std::string_view default_text,
                            std::string_view doc) {
  return {name,
          AnnotationGroup::health,
          values,
          check,
          OnInvalid::use_default,
          AnnotationScope::service,
          AnnotationRisk::low,
          default_text,
          doc};
}

constexpr std::string_view kCount = "a whole number";
constexpr std::string_view kPercent = "0 to 100";
constexpr std::string_view kTime = "a time (`10s`), from 1 second to 1 hour";

constexpr std::array kRows = {
    row("headgate.dev/outlier-detection", kBooleanValues, check_boolean, "false",
        "Endpoints whose answers fail are ejected: they get no request for some time (default: ConfigMap "
        "`outlier-detection`). The next ones say when, in Envoy's terms; without it they change nothing"),
    row("headgate.dev/outlier-detection-consecutive-5xx", kCount, check_integer<0, kMostCount>, "5",
        "After so many failures in a row, from all clients and Workers: a status of 5xx, no connection, no "
        "answer in time, or one that is cut or malformed; 0: not counted"),
    row("headgate.dev/outlier-detection-consecutive-gateway-failure", kCount, check_integer<0, kMostCount>,
        "0", "The same, but of statuses only 502, 503 and 504 count; 0: not counted"),
    row("headgate.dev/outlier-detection-interval", kTime, check_time<kSecond, kHour>, "10s",
        "How often success rates are compared; each interval without ejection forgives one"),
    row("headgate.dev/outlier-detection-base-ejection-time", kTime, check_time<kSecond, kHour>, "30s",
        "For how long, times the number of ejections that are not forgiven yet"),
    row("headgate.dev/outlier-detection-max-ejection-time", kTime, check_time<kSecond, kHour>, "300s",
        "For how long at most"),
    row("headgate.dev/outlier-detection-max-ejection-percent", kPercent, check_integer<0, 100>, "10",
        "Of the endpoints ejected at a time; one may always be, unless it is 0"),
    row("headgate.dev/outlier-detection-success-rate-stdev-factor", kCount, check_integer<0, kMostCount>,
        "1900",
        "An endpoint is ejected whose success rate is lower than the mean by so many thousandths of the "
        "standard deviation; 0: rates are not compared"),
    row("headgate.dev/outlier-detection-success-rate-minimum-hosts", kCount, check_integer<1, kMostCount>,
        "5", "Fewer endpoints with enough requests are not compared"),
    row("headgate.dev/outlier-detection-success-rate-request-volume", kCount, check_integer<1, kMostCount>,
        "100", "Requests in an interval that are enough"),
    row("headgate.dev/healthy-panic-threshold", kPercent, check_integer<0, 100>, "50",
        "Where fewer percent of the endpoints are healthy, all are used; 0: never, and with no healthy "
        "endpoint the answer is 503 (default: ConfigMap `healthy-panic-threshold`)"),
    row("headgate.dev/slow-start-window", "a time (`30s`), up to 1 hour; 0: none", check_time<0, kHour>, "0",
        "So long an endpoint that is new or comes back gets less than its share, from a tenth on. Not where "
        "a hash or a session chooses (default: ConfigMap `slow-start-window`)"),
    row("headgate.dev/health-check-path", "a path", check_path, "",
        "Each endpoint is asked for it (GET), by one Worker of each replica, on a connection of its own; "
        "those that do not answer well get no request. The next ones say how; without it they change "
        "nothing"),
    row("headgate.dev/health-check-grpc-service", "the name of a gRPC service", check_grpc_service, "",
        "With `backend-protocol: GRPC` or `GRPCS` endpoints are asked by `grpc.health.v1.Health/Check`: for "
        "the health of this service, or of the server where only `health-check-path` asks. SERVING is well"),
    row("headgate.dev/health-check-host", "a host name", check_host, "",
        "`Host` of the question (default: the address and port of the endpoint)"),
    row("headgate.dev/health-check-interval", kTime, check_time<kSecond, kHour>, "10s",
        "How often, give or take a tenth"),
    row("headgate.dev/health-check-timeout", "a time (`500ms`), from 100 ms to 1 minute",
        check_time<100, 60 * kSecond>, "1s", "For connecting, and again until the answer begins"),
    row("headgate.dev/health-check-healthy-threshold", "1 to 100", check_integer<1, 100>, "2",
        "Good answers in a row that make an endpoint healthy again"),
    row("headgate.dev/health-check-unhealthy-threshold", "1 to 100", check_integer<1, 100>, "3",
        "Bad or missing answers in a row that make it unhealthy"),
    row("headgate.dev/health-check-expected-statuses", "a list (`200-299,404`)", check_statuses, "200-399",
        "Statuses of good answers"),
};

// Reads one row after the other and remembers which was there first.
class Reading {
 public:
  Reading(AnnotationReader& reader, HealthAnnotations& result) : reader_(reader), result_(result) {}

  std::optional<std::string_view> text(std::string_view name) {
    const auto value = reader_.text(name);
    if (value && result_.first.empty()) result_.first = reader_.written_name(name);
    if (value && group_.empty()) group_ = reader_.written_name(name);
    return value;
  }
  void count(std::string_view name, std::uint32_t& to) {
    if (const auto value = text(name)) to = static_cast<std::uint32_t>(parse_integer(*value).value_or(to));
  }
  void time(std::string_view name, milliseconds& to) {
    const auto value = text(name);
    if (!value) return;
    if (const auto time = parse_time(*value)) to = *time;
  }
  // `full_name`: set where it is there.
  std::optional<std::string_view> text(std::string_view name, std::string& full_name) {
    const auto value = text(name);
    if (value) full_name = reader_.written_name(name);
    return value;
  }
  // The first that was read since the last call; empty: none was.
  std::string take_group() { return std::exchange(group_, {}); }

 private:
  AnnotationReader& reader_;
  HealthAnnotations& result_;
  std::string group_;
};

OutlierDetection read_outliers(Reading& reading, OutlierDetection rules) {
  reading.count("headgate.dev/outlier-detection-consecutive-5xx", rules.consecutive_5xx);
  reading.count("headgate.dev/outlier-detection-consecutive-gateway-failure",
                rules.consecutive_gateway_failure);
  reading.time("headgate.dev/outlier-detection-interval", rules.interval);
  reading.time("headgate.dev/outlier-detection-base-ejection-time", rules.base_ejection_time);
  reading.time("headgate.dev/outlier-detection-max-ejection-time", rules.max_ejection_time);
  reading.count("headgate.dev/outlier-detection-max-ejection-percent", rules.max_ejection_percent);
  reading.count("headgate.dev/outlier-detection-success-rate-stdev-factor", rules.success_rate_stdev_factor);
  reading.count("headgate.dev/outlier-detection-success-rate-minimum-hosts",
                rules.success_rate_minimum_hosts);
  reading.count("headgate.dev/outlier-detection-success-rate-request-volume",
                rules.success_rate_request_volume);
  return rules;
}

HealthCheck read_check(Reading& reading, HealthAnnotations& result) {
  HealthCheck check;
  if (const auto host = reading.text("headgate.dev/health-check-host")) check.host = *host;
  reading.time("headgate.dev/health-check-interval", check.interval);
  reading.time("headgate.dev/health-check-timeout", check.timeout);
  reading.count("headgate.dev/health-check-healthy-threshold", check.healthy_threshold);
  reading.count("headgate.dev/health-check-unhealthy-threshold", check.unhealthy_threshold);
  if (const auto statuses =
          reading.text("headgate.dev/health-check-expected-statuses", result.check_statuses))
    check.expected = parse_statuses(*statuses).value_or(check.expected);
  return check;
}

}  // namespace

std::span<const AnnotationRow> health_rows() { return kRows; }

HealthAnnotations read_health_annotations(AnnotationReader& reader, const HealthSettings& defaults,
                                          bool grpc) {
  HealthAnnotations result;
  HealthSettings& settings = result.settings;
  settings = defaults;
  Reading reading(reader, result);
  bool detection = defaults.outliers.has_value();
  if (const auto on = reading.text("headgate.dev/outlier-detection"))
    detection = parse_go_bool(*on).value_or(detection);
  reading.take_group();
  const OutlierDetection rules = read_outliers(reading, defaults.outliers.value_or(OutlierDetection{}));
  const std::string of_detection = reading.take_group();
  if (detection)
    settings.outliers = rules;
  else
    settings.outliers.reset();

  const auto path = reading.text("headgate.dev/health-check-path", result.check_path);
  const auto service = reading.text("headgate.dev/health-check-grpc-service", result.check_grpc_service);
  const bool asked = path || (grpc && service);
  if (asked) reading.take_group();
  HealthCheck check = read_check(reading, result);
  const std::string of_check = reading.take_group();
  if (asked) {
    check.path = path.value_or("");
    if (grpc) check.grpc_service = service.value_or("");
    settings.check = std::move(check);
  }
  reading.time("headgate.dev/slow-start-window", settings.slow_start);
  reading.take_group();
  reading.count("headgate.dev/healthy-panic-threshold", settings.panic_threshold);
  const std::string of_panic = reading.take_group();

  if (!detection && !of_detection.empty())
    result.idle = of_detection;
  else if (!asked && !of_check.empty())
    result.idle = of_check;
  else if (!settings.outliers && !settings.check && !of_panic.empty())
    result.idle = of_panic;
  return result;
}

bool is_wanted(const HealthSettings& settings) {
  return settings.outliers || settings.check || settings.slow_start.count() != 0;
}

}  // namespace headgate::k8swatch
