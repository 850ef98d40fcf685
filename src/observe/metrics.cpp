#include "observe/metrics.h"

#include <prometheus/collectable.h>
#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <initializer_list>
#include <limits>
#include <ostream>
#include <utility>

#include "observe/process_stats.h"
#include "observe/series_totals.h"

namespace headgate::observe {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;
using Labels = std::vector<ClientMetric::Label>;

constexpr double kMicroseconds = 1e6;

Labels with(Labels labels, std::initializer_list<ClientMetric::Label> more) {
  labels.insert(labels.end(), more.begin(), more.end());
  return labels;
}

struct Sample {
  Labels labels;
  double value = 0;
};

MetricFamily family(MetricType type, std::string name, std::string help, std::vector<Sample> samples) {
  MetricFamily result{std::move(name), std::move(help), type, {}};
  for (Sample& sample : samples) {
    ClientMetric metric;
    metric.label = std::move(sample.labels);
    if (type == MetricType::Counter) {
      metric.counter.value = sample.value;
    } else {
      metric.gauge.value = sample.value;
    }
    result.metric.push_back(std::move(metric));
  }
  return result;
}

template <typename T>
double number(T value) {
  return static_cast<double>(value);
}

// About the process and the build.
class ProcessCollector final : public prometheus::Collectable {
 public:
  ProcessCollector(const MetricsSources& sources, Labels constant)
      : sources_(sources), constant_(std::move(constant)) {}

  [[nodiscard]] std::vector<MetricFamily> Collect() const override {
    const ProcessStats stats = read_process_stats();
    const std::string prefix = "nginx_ingress_controller_nginx_process_";
    std::vector<MetricFamily> families;
    const auto add = [&](MetricType type, std::string name, std::string help, Labels labels, double value) {
      families.push_back(family(type, std::move(name), std::move(help), {{std::move(labels), value}}));
    };
    add(MetricType::Gauge, "nginx_ingress_controller_build_info", "The build that runs; always 1.",
        with(constant_,
             {{"release", sources_.release}, {"build", sources_.build}, {"repository", sources_.repository}}),
        1);
    add(MetricType::Gauge, prefix + "num_procs", "Processes of the data plane.", constant_, 1);
    add(MetricType::Counter, prefix + "cpu_seconds_total", "CPU time, user and system, in seconds.",
        constant_, stats.cpu_seconds);
    add(MetricType::Gauge, prefix + "resident_memory_bytes", "Memory in use.", constant_,
        number(stats.resident_bytes));
    add(MetricType::Gauge, prefix + "virtual_memory_bytes", "Address space in use.", constant_,
        number(stats.virtual_bytes));
    add(MetricType::Counter, prefix + "read_bytes_total", "Bytes read.", constant_, number(stats.read_bytes));
    add(MetricType::Counter, prefix + "write_bytes_total", "Bytes written.", constant_,
        number(stats.written_bytes));
    add(MetricType::Gauge, prefix + "oldest_start_time_seconds", "Start time in seconds since 1970.",
        constant_, stats.start_time);
    add(MetricType::Gauge, "process_open_fds", "Open file descriptors.", {}, number(stats.open_descriptors));
    add(MetricType::Gauge, "process_max_fds", "Limit of open file descriptors.", {},
        number(stats.max_descriptors));
    return families;
  }

 private:
  const MetricsSources& sources_;
  Labels constant_;
};

// About configuration: what was applied, what was found wrong.
class ControlCollector final : public prometheus::Collectable {
 public:
  ControlCollector(const MetricsSources& sources, Labels constant)
      : sources_(sources), constant_(std::move(constant)) {}

  [[nodiscard]] std::vector<MetricFamily> Collect() const override {
    const ControlFacts facts = sources_.control();
    const std::string prefix = "nginx_ingress_controller_";
    std::vector<MetricFamily> families;
    const auto gauge = [&](std::string name, std::string help, std::vector<Sample> samples) {
      families.push_back(family(MetricType::Gauge, std::move(name), std::move(help), std::move(samples)));
    };
    const auto counter = [&](std::string name, std::string help, double value) {
      families.push_back(family(MetricType::Counter, std::move(name), std::move(help), {{constant_, value}}));
    };
    gauge(prefix + "config_hash", "Hash of the configuration that runs.",
          {{constant_, number(facts.config_hash)}});
    gauge(prefix + "config_last_reload_successful", "Whether the last change of configuration was applied.",
          {{constant_, facts.last_apply_ok ? 1.0 : 0.0}});
    gauge(prefix + "config_last_reload_successful_timestamp_seconds",
          "When a change of configuration was last applied, in seconds since 1970.",
          {{constant_, facts.last_apply_time}});
    counter(prefix + "success", "Changes of configuration applied.", number(facts.applies));
    counter(prefix + "errors", "Changes of configuration that could not be applied.",
            number(facts.apply_errors));
    gauge("headgate_findings", "Things in the manifests that are refused, ignored or unusable now.",
          {{with(constant_, {{"severity", "warning"}}), number(facts.warnings)},
           {with(constant_, {{"severity", "error"}}), number(facts.errors)}});
    if (!sources_.leader_election.empty())
      gauge(prefix + "leader_election_status", "Whether this replica is the leader; name is the Lease's.",
            {{with(constant_, {{"name", sources_.leader_election}}), facts.is_leader ? 1.0 : 0.0}});
    counter("headgate_dropped_events_total",
            "Events about objects that were not written: too many, or refused.",
            number(facts.dropped_events));
    gauge("headgate_published_generation", "The newest snapshot the control plane has made.",
          {{constant_, number(facts.published_generation)}});
    gauge("headgate_adopted_generation", "The newest snapshot every Worker serves.",
          {{constant_, number(sources_.adopted_generation())}});
    return families;
  }

 private:
  const MetricsSources& sources_;
  Labels constant_;
};

// What the watches at the API server do.
class WatchCollector final : public prometheus::Collectable {
 public:
  WatchCollector(const MetricsSources& sources, Labels constant)
      : sources_(sources), constant_(std::move(constant)) {}

  [[nodiscard]] std::vector<MetricFamily> Collect() const override {
    std::vector<MetricFamily> families;
    if (!sources_.watches) return families;
    const std::vector<WatchSeries> watches = sources_.watches();
    if (watches.empty()) return families;
    const TimePoint now = Clock::now();
    const auto add = [&](MetricType type, std::string name, std::string help, const auto& value_of) {
      std::vector<Sample> samples;
      for (const WatchSeries& watch : watches)
        if (const std::optional<double> value = value_of(watch))
          samples.push_back({with(constant_, {{"resource", watch.resource}}), *value});
      if (!samples.empty())
        families.push_back(family(type, "headgate_watch_" + name, std::move(help), std::move(samples)));
    };
    using Number = std::optional<double>;
    const auto gauge = MetricType::Gauge;
    const auto counter = MetricType::Counter;
    add(gauge, "synced", "Whether the resource has been read from the API server.",
        [](const WatchSeries& w) { return Number(w.synced ? 1 : 0); });
    add(gauge, "in_trouble", "Whether the resource cannot be followed now; what was read before serves on.",
        [](const WatchSeries& w) { return Number(w.in_trouble ? 1 : 0); });
    add(gauge, "objects", "Objects of the resource that exist.",
        [](const WatchSeries& w) { return Number(number(w.objects)); });
    add(gauge, "last_event_age_seconds", "Time since the API server last said anything of the resource.",
        [now](const WatchSeries& w) {
          return w.last_event ? Number(std::chrono::duration<double>(now - *w.last_event).count()) : Number();
        });
    add(counter, "events_total", "Events of watches, bookmarks included.",
        [](const WatchSeries& w) { return Number(number(w.events)); });
    add(counter, "reconnects_total", "Watches that took up an earlier one where it ended.",
        [](const WatchSeries& w) { return Number(number(w.reconnects)); });
    add(counter, "relists_total", "Times the whole resource was asked for again.",
        [](const WatchSeries& w) { return Number(number(w.relists)); });
    add(counter, "gone_total", "Times the API server did not have our version any more (410).",
        [](const WatchSeries& w) { return Number(number(w.gone)); });
    add(counter, "undecodable_total", "Objects and events that could not be decoded.",
        [](const WatchSeries& w) { return Number(number(w.undecodable)); });
    return families;
  }

 private:
  const MetricsSources& sources_;
  Labels constant_;
};

// The certificates that are served. As in ingress-nginx, these two families have labels of their own instead
// of the constant ones.
class CertificateCollector final : public prometheus::Collectable {
 public:
  explicit CertificateCollector(const MetricsSources& sources) : sources_(sources) {}

  [[nodiscard]] std::vector<MetricFamily> Collect() const override {
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
class HealthCollector final : public prometheus::Collectable {
 public:
  HealthCollector(const MetricsSources& sources, Labels constant)
      : sources_(sources), constant_(std::move(constant)) {}

  [[nodiscard]] std::vector<MetricFamily> Collect() const override {
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

// The admission webhook. ingress-nginx's gauges speak of its last check.
class AdmissionCollector final : public prometheus::Collectable {
 public:
  AdmissionCollector(const MetricsSources& sources, Labels constant)
      : sources_(sources), constant_(std::move(constant)) {}

  [[nodiscard]] std::vector<MetricFamily> Collect() const override {
    if (sources_.admission == nullptr) return {};
    const AdmissionTotals totals = sources_.admission();
    const std::string prefix = "nginx_ingress_controller_";
    std::vector<MetricFamily> families;
    const auto gauge = [&](const char* name, std::string help, double value) {
      families.push_back(
          family(MetricType::Gauge, prefix + "admission_" + name, std::move(help), {{constant_, value}}));
    };
    gauge("tested_ingresses", "Ingresses looked at by the last check.", totals.has_tested ? 1 : 0);
    gauge("tested_duration", "Time of the last decision, in seconds.", totals.tested_seconds);
    gauge("roundtrip_duration", "Time to answer the last check, in seconds.", totals.roundtrip_seconds);
    gauge("render_ingresses", "Ingresses rendered for the last check; always 0.", 0);
    gauge("render_duration", "Time to render for the last check; always 0.", 0);
    gauge("config_size", "Bytes rendered for the last check; always 0.", 0);
    std::vector<Sample> results;
    for (std::size_t i = 0; i < totals.results.size(); ++i)
      results.push_back(
          {with(constant_, {{"result", std::string(to_string(static_cast<AdmissionResult>(i)))}}),
           number(totals.results[i])});
    families.push_back(family(MetricType::Counter, "headgate_admission_reviews_total",
                              "Questions of the API server, by result.", std::move(results)));
    if (totals.series.empty()) return families;
    std::vector<Sample> allowed;
    std::vector<Sample> denied;
    for (const AdmissionSeries& series : totals.series) {
      const Labels labels =
          with(constant_, {{"namespace", series.namespace_name}, {"ingress", series.ingress}});
      allowed.push_back({labels, number(series.allowed)});
      denied.push_back({labels, number(series.denied)});
    }
    families.push_back(family(MetricType::Counter, prefix + "check_success",
                              "Checks of an Ingress by the admission webhook that it passed.",
                              std::move(allowed)));
    families.push_back(family(MetricType::Counter, prefix + "check_errors",
                              "Checks of an Ingress by the admission webhook that it failed.",
                              std::move(denied)));
    return families;
  }

 private:
  const MetricsSources& sources_;
  Labels constant_;
};

// The Workers' own counters, summed.
class WorkerCollector final : public prometheus::Collectable {
 public:
  WorkerCollector(const MetricsSources& sources, Labels constant)
      : sources_(sources), constant_(std::move(constant)) {}

  [[nodiscard]] std::vector<MetricFamily> Collect() const override {
    const std::vector<const WorkerStats*> workers = sources_.workers();
    const auto total = [&](const auto& member) {
      double sum = 0;
      for (const WorkerStats* worker : workers) sum += number((worker->*member).value());
      return sum;
    };
    const auto state = [&](const char* name, double value) {
      return Sample{with(constant_, {{"state", name}}), value};
    };
    std::vector<MetricFamily> families;
    const auto counter = [&](std::string name, std::string help, std::vector<Sample> samples) {
      families.push_back(family(MetricType::Counter, std::move(name), std::move(help), std::move(samples)));
    };
    const auto gauge = [&](std::string name, std::string help, std::vector<Sample> samples) {
      families.push_back(family(MetricType::Gauge, std::move(name), std::move(help), std::move(samples)));
    };
    const std::string prefix = "nginx_ingress_controller_nginx_process_";
    gauge(prefix + "connections", "Client connections by state.",
          {state("active", total(&WorkerStats::connections_active)),
           state("reading", total(&WorkerStats::connections_reading)),
           state("writing", total(&WorkerStats::connections_writing)),
           state("waiting", total(&WorkerStats::connections_waiting))});
    counter(prefix + "connections_total", "Client connections since the start.",
            {state("accepted", total(&WorkerStats::connections_accepted)),
             state("handled", total(&WorkerStats::connections_handled))});
    counter(prefix + "requests_total", "Client requests since the start.",
            {{constant_, total(&WorkerStats::requests)}});
    counter("headgate_http_rejected_total", "Requests refused or failed, by reason.", rejected(workers));
    counter("headgate_access_log_dropped_lines_total", "Access log lines lost because the log was too slow.",
            {{constant_, number(sources_.dropped_log_lines())}});
    counter("headgate_accept_errors_total", "Connections that could not be accepted.",
            {{constant_, total(&WorkerStats::accept_errors)}});
    counter("headgate_tls_handshakes_total", "TLS handshakes that ended, by protocol and result.",
            handshakes(workers));
    counter("headgate_tls_ciphers_total", "TLS handshakes that were done, by cipher suite.",
            ciphers(workers));
    gauge("headgate_tls_handshakes_in_progress", "Connections of which it is not known yet what they speak.",
          {{constant_, sum(
                           workers, [](const WorkerStats& w) -> auto& { return w.tls.handshakes; })}});
    counter("headgate_tls_accept_pauses_total",
            "Times that accepting had to wait because too many handshakes were in progress.",
            {{constant_, sum(
                             workers, [](const WorkerStats& w) -> auto& { return w.tls.accept_pauses; })}});
    gauge("headgate_tunnels", "Upgraded connections (WebSocket) that are open.",
          {{constant_, total(&WorkerStats::tunnels)}});
    gauge("headgate_passthrough_connections", "TLS connections open that are handed to pods unopened.",
          {{constant_, total(&WorkerStats::passthrough_active)}});
    counter("headgate_passthrough_connections_total", "TLS connections handed to pods unopened.",
            {{constant_, total(&WorkerStats::passthrough_connections)}});
    counter(
        "headgate_passthrough_bytes_total",
        "Bytes sent to and received from the clients of ended passthrough connections.",
        {{with(constant_, {{"direction", "sent"}}), total(&WorkerStats::passthrough_sent_bytes)},
         {with(constant_, {{"direction", "received"}}), total(&WorkerStats::passthrough_received_bytes)}});
    counter("headgate_proxy_protocol_untrusted_total",
            "Connections whose PROXY header came from a peer outside proxy-real-ip-cidr.",
            {{constant_, total(&WorkerStats::untrusted_proxy_headers)}});
    counter("headgate_http2_connections_total", "Client connections that spoke HTTP/2.",
            {{constant_, total(&WorkerStats::h2_connections)}});
    counter("headgate_http2_streams_total", "Requests over HTTP/2.",
            {{constant_, total(&WorkerStats::h2_streams)}});
    counter("headgate_upstream_connects_total", "Connections opened to endpoints.",
            {{constant_, total(&WorkerStats::upstream_connects)}});
    counter("headgate_upstream_connect_errors_total", "Connections to endpoints that failed.",
            {{constant_, total(&WorkerStats::upstream_connect_errors)}});
    counter("headgate_upstream_reuses_total", "Requests sent on a pooled connection.",
            {{constant_, total(&WorkerStats::upstream_reuses)}});
    counter("headgate_upstream_retries_total", "Further tries at another endpoint.",
            {{constant_, total(&WorkerStats::upstream_retries)}});
    gauge("headgate_upstream_connections", "Connections to endpoints by state.",
          {state("active", total(&WorkerStats::upstream_connections_active)),
           state("idle", total(&WorkerStats::upstream_connections_idle))});
    counter("headgate_snapshots_adopted_total", "Snapshots adopted, over all Workers.",
            {{with(constant_, {{"kind", "table"}}), total(&WorkerStats::adopted_tables)},
             {with(constant_, {{"kind", "endpoints"}}), total(&WorkerStats::adopted_endpoint_sets)}});
    if (sources_.spans) {
      const SpanTotals spans = sources_.spans();
      counter("headgate_trace_spans_sent_total", "Spans that the collector has taken.",
              {{constant_, number(spans.sent)}});
      counter("headgate_trace_spans_dropped_total",
              "Spans lost: the queue was full, or no collector took them.",
              {{with(constant_, {{"reason", "queue"}}), number(spans.dropped_queue)},
               {with(constant_, {{"reason", "collector"}}), number(spans.dropped_collector)}});
      counter("headgate_trace_exports_failed_total", "Messages of spans that the collector did not take.",
              {{constant_, number(spans.failures)}});
    }
    return families;
  }

 private:
  template <typename Select>
  static double sum(const std::vector<const WorkerStats*>& workers, Select select) {
    double total = 0;
    for (const WorkerStats* worker : workers) total += number(select(*worker).value());
    return total;
  }

  // A handshake that failed has no protocol.
  [[nodiscard]] std::vector<Sample> handshakes(const std::vector<const WorkerStats*>& workers) const {
    std::vector<Sample> samples;
    const auto add = [&](std::string_view protocol, std::string_view result, double value) {
      samples.push_back(
          {with(constant_, {{"protocol", std::string(protocol)}, {"result", std::string(result)}}), value});
    };
    for (std::size_t i = 0; i < static_cast<std::size_t>(TlsVersion::count_); ++i) {
      const std::string_view protocol = to_string(static_cast<TlsVersion>(i));
      add(protocol, "full",
          sum(
              workers, [i](const WorkerStats& w) -> auto& { return w.tls.done[i].full; }));
      add(protocol, "resumed",
          sum(
              workers, [i](const WorkerStats& w) -> auto& { return w.tls.done[i].resumed; }));
    }
    for (std::size_t i = 0; i < static_cast<std::size_t>(TlsFailure::count_); ++i) {
      add("none", to_string(static_cast<TlsFailure>(i)),
          sum(
              workers, [i](const WorkerStats& w) -> auto& { return w.tls.failed[i]; }));
    }
    return samples;
  }

  [[nodiscard]] std::vector<Sample> ciphers(const std::vector<const WorkerStats*>& workers) const {
    std::vector<Sample> samples;
    for (std::size_t i = 0; i < kTlsCiphers.size(); ++i) {
      samples.push_back({with(constant_, {{"cipher", std::string(kTlsCiphers[i])}}),
                         sum(
                             workers, [i](const WorkerStats& w) -> auto& { return w.tls.ciphers[i]; })});
    }
    return samples;
  }

  [[nodiscard]] std::vector<Sample> rejected(const std::vector<const WorkerStats*>& workers) const {
    std::vector<Sample> samples;
    for (std::size_t i = 1; i < kRejectReasonCount; ++i) {  // 0 is "none"
      const std::string reason(to_string(static_cast<RejectReason>(i)));
      double sum = 0;
      for (const WorkerStats* worker : workers) sum += number(worker->rejected[i].value());
      samples.push_back({with(constant_, {{"reason", reason}}), sum});
    }
    return samples;
  }

  const MetricsSources& sources_;
  Labels constant_;
};

// One metric of the per-route series. `Member` says which; a family at a time keeps the page's memory small.
class SeriesCollector final : public prometheus::Collectable {
 public:
  using Fill = void (*)(const SeriesTotals&, ClientMetric&);
  SeriesCollector(const std::vector<SeriesTotals>& series, const Labels& constant, MetricType type,
                  const char* name, const char* help, Fill fill)
      : series_(series), constant_(constant), type_(type), name_(name), help_(help), fill_(fill) {}

  [[nodiscard]] std::vector<MetricFamily> Collect() const override {
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

Metrics::Metrics(MetricsSources sources) : sources_(std::move(sources)) {}

void Metrics::write_text(std::ostream& out) const {
  const Labels constant = {{"controller_namespace", sources_.controller_namespace},
                           {"controller_class", sources_.controller_class},
                           {"controller_pod", sources_.controller_pod}};
  const prometheus::TextSerializer serializer;
  serializer.Serialize(out, ProcessCollector(sources_, constant).Collect());
  serializer.Serialize(out, ControlCollector(sources_, constant).Collect());
  serializer.Serialize(out, CertificateCollector(sources_).Collect());
  serializer.Serialize(out, WatchCollector(sources_, constant).Collect());
  serializer.Serialize(out, AdmissionCollector(sources_, constant).Collect());
  serializer.Serialize(out, HealthCollector(sources_, constant).Collect());
  serializer.Serialize(out, WorkerCollector(sources_, constant).Collect());
  const std::vector<SeriesTotals> series = total_series(sources_.workers());
  if (series.empty()) return;  // a family without samples says nothing
  for (const SeriesCollector& collector : series_collectors(series, constant))
    serializer.Serialize(out, collector.Collect());
}

}  // namespace headgate::observe
