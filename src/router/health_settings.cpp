#include "router/health_settings.h"

namespace headgate::router {
namespace {

std::string text_of(std::chrono::milliseconds time) {
  return time.count() % 1000 == 0 ? std::to_string(time.count() / 1000) + "s"
                                  : std::to_string(time.count()) + "ms";
}

std::string to_string(const OutlierDetection& rules) {
  std::string out = "outlier detection (";
  if (rules.consecutive_5xx != 0) out += "consecutive-5xx " + std::to_string(rules.consecutive_5xx) + ", ";
  if (rules.consecutive_gateway_failure != 0)
    out += "consecutive-gateway-failure " + std::to_string(rules.consecutive_gateway_failure) + ", ";
  if (rules.success_rate_stdev_factor != 0)
    out += "success rate below " + std::to_string(rules.success_rate_stdev_factor) + "/1000 deviations of " +
           std::to_string(rules.success_rate_minimum_hosts) + " endpoints with " +
           std::to_string(rules.success_rate_request_volume) + " requests, ";
  return out + "every " + text_of(rules.interval) + ", for " + text_of(rules.base_ejection_time) + " to " +
         text_of(rules.max_ejection_time) + ", at most " + std::to_string(rules.max_ejection_percent) + " %)";
}

std::string to_string(const HealthCheck& check) {
  std::string out = "health check (";
  if (!check.grpc_service)
    out += "GET " + check.path;
  else
    out += "gRPC" + (check.grpc_service->empty() ? "" : " service " + *check.grpc_service);
  if (!check.host.empty()) out += " host " + check.host;
  out += " every " + text_of(check.interval) + " within " + text_of(check.timeout) + ", expects";
  if (check.grpc_service) out += " SERVING";
  for (const HealthCheck::Statuses& each : check.expected) {
    if (check.grpc_service) break;
    out += " " + std::to_string(each.first);
    if (each.last != each.first) out += "-" + std::to_string(each.last);
  }
  return out + ", healthy after " + std::to_string(check.healthy_threshold) + ", unhealthy after " +
         std::to_string(check.unhealthy_threshold) + ")";
}

}  // namespace

bool operator==(const HealthRef& a, const HealthRef& b) {
  return a.settings == b.settings ||
         (a.settings != nullptr && b.settings != nullptr && *a.settings == *b.settings);
}

std::string to_string(const HealthSettings& settings) {
  std::string out;
  const auto add = [&out](const std::string& text) { out += (out.empty() ? "" : "; ") + text; };
  if (settings.outliers) add(to_string(*settings.outliers));
  if (settings.check) add(to_string(*settings.check));
  if (settings.slow_start.count() != 0) add("slow start " + text_of(settings.slow_start));
  add("panic below " + std::to_string(settings.panic_threshold) + " %");
  return out;
}

}  // namespace headgate::router
