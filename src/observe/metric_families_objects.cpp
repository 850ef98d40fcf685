// The metrics page: certificates, and endpoints whose health is watched.
#include <string>
#include <utility>

#include "observe/metric_families.h"

namespace headgate::observe {
namespace {

// The certificates that are served. As in ingress-nginx, these two families have labels of their own instead
// of the constant ones.
class CertificateCollector {
 public:
  explicit CertificateCollector(const MetricsSources& sources) : sources_(sources) {}

  [[nodiscard]] std::vector<MetricFamily> Collect() const {
    std::vector<Sample> expiry;
    std::vector<Sample> info;
    for (const CertificateSeries& series : sources_.certificates()) {
      Labels labels = {{"namespace", series.namespace_name},
                       {"class", sources_.controller_class},
                       {"host", series.host},
                       {"secret_name", series.secret_name},
                       {"identifier", series.identifier}};
      expiry.push_back({labels, number(series.not_after)});
      info.push_back({with(std::move(labels), {{"issuer_organization", series.issuer_organization},
                                               {"issuer_common_name", series.issuer_common_name},
                                               {"serial_number", series.serial_number},
                                               {"public_key_algorithm", series.public_key_algorithm}}),
                      1});
    }
    if (expiry.empty()) return {};
    std::vector<MetricFamily> families;
    families.push_back(family(MetricType::Gauge, "nginx_ingress_controller_ssl_expire_time_seconds",
                              "When the certificate expires, in seconds since 1970.", std::move(expiry)));
    families.push_back(family(MetricType::Gauge, "nginx_ingress_controller_ssl_certificate_info",
                              "A certificate that is served; always 1.", std::move(info)));
    return families;
  }

 private:
  const MetricsSources& sources_;
};

// The endpoints whose health somebody asks for, by Service port.
class HealthCollector {
 public:
  HealthCollector(const MetricsSources& sources, Labels constant)
      : sources_(sources), constant_(std::move(constant)) {}

  [[nodiscard]] std::vector<MetricFamily> Collect() const {
    if (!sources_.health) return {};
    std::vector<Sample> endpoints;
    std::vector<Sample> panic;
    std::vector<Sample> ejections;
    std::vector<Sample> checked;
    std::vector<Sample> checks;
    for (const HealthSeries& series : sources_.health()) {
      const Labels labels = with(
          constant_,
          {{"namespace", series.namespace_name}, {"service", series.service}, {"service_port", series.port}});
      const auto add = [&](const char* state, std::uint64_t count) {
        endpoints.push_back({with(labels, {{"state", state}}), number(count)});
      };
      add("healthy", series.healthy);
      add("slow_start", series.slow_start);
      add("ejected", series.ejected);
      add("unhealthy", series.unhealthy);
      if (series.is_checked) {
        checked.push_back({labels, number(series.checked)});
        const auto count = [&](const char* result, std::uint64_t value) {
          checks.push_back({with(labels, {{"result", result}}), number(value)});
        };
        count("success", series.checks - series.failed_checks);
        count("failure", series.failed_checks);
      }
      panic.push_back({labels, series.panic ? 1.0 : 0.0});
      for (const auto& [reason, count] : series.ejections)
        ejections.push_back({with(labels, {{"reason", std::string(reason)}}), number(count)});
    }
    if (panic.empty()) return {};
    std::vector<MetricFamily> families;
    families.push_back(family(MetricType::Gauge, "headgate_health_endpoints",
                              "Endpoints whose health is watched, by state.", std::move(endpoints)));
    families.push_back(family(MetricType::Gauge, "headgate_health_panic",
                              "Whether so few endpoints are healthy that all are used.", std::move(panic)));
    families.push_back(family(MetricType::Counter, "headgate_health_ejections_total",
                              "Endpoints ejected for their answers, by reason.", std::move(ejections)));
    if (checked.empty()) return families;
    families.push_back(family(MetricType::Gauge, "headgate_health_checked_endpoints",
                              "Endpoints of which health checks are made.", std::move(checked)));
    families.push_back(family(MetricType::Counter, "headgate_health_checks_total",
                              "Health checks made, by result.", std::move(checks)));
    return families;
  }

 private:
  const MetricsSources& sources_;
  Labels constant_;
};

}  // namespace

Families certificate_families(const MetricsSources& sources) {
  return CertificateCollector(sources).Collect();
}

Families health_families(const MetricsSources& sources, const Labels& constant) {
  return HealthCollector(sources, constant).Collect();
}

}  // namespace headgate::observe
