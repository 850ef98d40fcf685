// The metrics page: what the Workers count.
#include <string>
#include <utility>

#include "observe/metric_families.h"

namespace headgate::observe {
namespace {

// The Workers' own counters, summed.
class WorkerCollector {
 public:
  WorkerCollector(const MetricsSources& sources, Labels constant)
      : sources_(sources), constant_(std::move(constant)) {}

  [[nodiscard]] std::vector<MetricFamily> Collect() const {
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

}  // namespace

Families worker_families(const MetricsSources& sources, const Labels& constant) {
  return WorkerCollector(sources, constant).Collect();
}

}  // namespace headgate::observe
