// The metrics page: what is counted for each Route.
#include <limits>
#include <string>
#include <utility>

#include "observe/metric_families.h"
#include "observe/series_totals.h"

namespace headgate::observe {
namespace {

constexpr double kMicroseconds = 1e6;

// One metric of the per-route series. `Member` says which; a family at a time keeps the page's memory small.
class SeriesCollector {
 public:
  using Fill = void (*)(const SeriesTotals&, ClientMetric&);
  SeriesCollector(const std::vector<SeriesTotals>& series, const Labels& constant, MetricType type,
                  const char* name, const char* help, Fill fill)
      : series_(series), constant_(constant), type_(type), name_(name), help_(help), fill_(fill) {}

  [[nodiscard]] std::vector<MetricFamily> Collect() const {
    MetricFamily result{std::string("nginx_ingress_controller_") + name_, help_, type_, {}};
    result.metric.reserve(series_.size());
    for (const SeriesTotals& series : series_) {
      ClientMetric& metric = result.metric.emplace_back();
      metric.label = with(constant_, {{"status", std::to_string(series.status)},
                                      {"method", series.method},
                                      {"path", series.path},
                                      {"namespace", series.namespace_name},
                                      {"ingress", series.ingress},
                                      {"service", series.service},
                                      {"canary", series.canary},
                                      {"host", series.host}});
      fill_(series, metric);
    }
    return {std::move(result)};
  }

 private:
  const std::vector<SeriesTotals>& series_;
  const Labels& constant_;
  MetricType type_;
  const char* name_;
  const char* help_;
  Fill fill_;
};

template <std::size_t N>
void fill_histogram(const HistogramTotals<N>& totals, const std::array<std::uint64_t, N>& bounds, double unit,
                    ClientMetric& metric) {
  std::uint64_t cumulative = 0;
  for (std::size_t i = 0; i <= N; ++i) {
    cumulative += totals.buckets[i];
    const double bound = i < N ? number(bounds[i]) / unit : std::numeric_limits<double>::infinity();
    metric.histogram.bucket.push_back({cumulative, bound});
  }
  metric.histogram.sample_count = cumulative;
  metric.histogram.sample_sum = number(totals.sum) / unit;
}

template <auto Member>
void fill_duration(const SeriesTotals& series, ClientMetric& metric) {
  fill_histogram(series.*Member, kDurationBuckets, kMicroseconds, metric);
}

template <auto Member>
void fill_length(const SeriesTotals& series, ClientMetric& metric) {
  fill_histogram(series.*Member, kLengthBuckets, 1, metric);
}

std::vector<SeriesCollector> series_collectors(const std::vector<SeriesTotals>& series,
                                               const Labels& constant) {
  const auto histogram = [&](const char* name, const char* help, SeriesCollector::Fill fill) {
    return SeriesCollector(series, constant, MetricType::Histogram, name, help, fill);
  };
  return {
      SeriesCollector(series, constant, MetricType::Counter, "requests", "Client requests.",
                      [](const SeriesTotals& s, ClientMetric& m) { m.counter.value = number(s.requests); }),
      histogram("request_duration_seconds",
                "First byte of the request to last byte of the response, in seconds.",
                &fill_duration<&SeriesTotals::request_duration>),
      histogram("response_duration_seconds",
                "Time to receive the upstream's response, over all tries, in seconds.",
                &fill_duration<&SeriesTotals::response_duration>),
      histogram("header_duration_seconds", "Time until the upstream's response head, in seconds.",
                &fill_duration<&SeriesTotals::header_duration>),
      histogram("connect_duration_seconds", "Time to connect to the upstream, in seconds.",
                &fill_duration<&SeriesTotals::connect_duration>),
      histogram("request_size", "Bytes of the request: line, fields and body.",
                &fill_length<&SeriesTotals::request_size>),
      histogram("response_size", "Bytes sent to the client.", &fill_length<&SeriesTotals::response_size>),
      histogram(
          "bytes_sent", "Bytes sent to the client (older name of response_size).",
          [](const SeriesTotals& s, ClientMetric& m) { fill_histogram(s.bytes_sent, kSizeBuckets, 1, m); }),
  };
}

}  // namespace

void for_each_route_family(const MetricsSources& sources, const Labels& constant,
                           const std::function<void(const Families&)>& visit) {
  const std::vector<SeriesTotals> series = total_series(sources.workers());
  if (series.empty()) return;  // a family without samples says nothing
  for (const SeriesCollector& collector : series_collectors(series, constant)) visit(collector.Collect());
}

}  // namespace headgate::observe
