// Exchange: its place in a trace. What the pod is told of it before it is asked, and the span at the end.
#include <algorithm>
#include <charconv>
#include <ctime>
#include <optional>

#include "base/reject_reason.h"
#include "observe/otlp.h"
#include "proxy/client_info.h"
#include "proxy/context.h"
#include "proxy/exchange.h"
#include "proxy/random.h"
#include "proxy/request_trace.h"
#include "router/virtual_host.h"

namespace headgate::proxy {
namespace {

// Never zero, which would be none.
template <std::size_t kSize>
std::array<std::uint8_t, kSize> random_id(Random& random) {
  std::array<std::uint8_t, kSize> id{};
  while (is_zero(id))
    for (std::size_t i = 0; i < kSize; i += 8) {
      std::uint64_t bits = random.next();
      for (std::size_t k = i; k < i + 8; ++k, bits >>= 8) id[k] = static_cast<std::uint8_t>(bits);
    }
  return id;
}

void write_field(RequestTrace& trace) {
  char* const value = std::copy(RequestTrace::kName.begin(), RequestTrace::kName.end(), trace.line.data());
  http::write_traceparent(trace.context, value);
  value[http::kTraceparentBytes] = '\r';
  value[http::kTraceparentBytes + 1] = '\n';
}

std::int64_t wall_nanoseconds() {
  timespec wall{};
  clock_gettime(CLOCK_REALTIME, &wall);
  return wall.tv_sec * std::int64_t{1'000'000'000} + wall.tv_nsec;
}

}  // namespace

// Only of a Route that is traced. What the client says of its trace goes nowhere from here on: pods, auth
// services and mirrors get what `trace_` says.
void Exchange::begin_trace(http::RequestHead& head, policy::RequestView& request) {
  const policy::Tracing& tracing = *route_->policy.chain->tracing;
  if (trace_ == nullptr) trace_ = std::make_unique<RequestTrace>();
  RequestTrace& trace = *trace_;
  trace.active = true;
  const std::optional<http::TraceContext> parent =
      tracing.trusts_parent ? http::parent_of(head.fields) : std::nullopt;
  trace.context.trace_id = parent ? parent->trace_id : random_id<16>(context_->random);
  trace.context.span_id = random_id<8>(context_->random);
  trace.context.sampled = table_->table->site().tracing.sampler.samples(trace.context.trace_id, parent);
  trace.parent = parent ? parent->span_id : SpanId{};
  http::drop_trace_context(head.fields, parent.has_value());
  write_field(trace);
  request.trace_id = trace.trace_id();
  request.span_id = trace.span_id();
  if (!trace.context.sampled) return;
  trace.state = parent ? http::tracestate_of(head.fields) : std::string();
  trace.name.clear();
  tracing.operation_name.append_to(trace.name, request);
  if (trace.name.empty()) trace.name = route_->path;
  trace.host = request.host_as_sent;
}

std::string_view Exchange::trace_line() const {
  if (trace_ == nullptr || !trace_->active) return {};
  return {trace_->line.data(), trace_->line.size()};
}

void Exchange::tell_trace(observe::LogDetails& details) const {
  details.set(observe::LogVariable::trace_id, trace_->trace_id());
  details.set(observe::LogVariable::span_id, trace_->span_id());
  details.set(observe::LogVariable::traceparent, trace_->traceparent());
}

// Of a sampled request, when its outcome is known.
void Exchange::send_span(const observe::AccessRecord& record) {
  if (!table_->table->site().tracing.sends_spans) return;
  const ClientInfo& client = downstream_->client();
  observe::Span span;
  span.trace_id = trace_->context.trace_id;
  span.span_id = trace_->context.span_id;
  span.parent = trace_->parent;
  span.trace_state = trace_->state;
  span.name = trace_->name;
  span.end_nanoseconds = wall_nanoseconds();
  span.start_nanoseconds = span.end_nanoseconds -
                           std::chrono::duration_cast<std::chrono::nanoseconds>(record.request_time).count();
  // "GET /a HTTP/1.1"
  span.method = record.method;
  const std::size_t last = request_line_.rfind(' ');
  if (last != std::string_view::npos && last > span.method.size()) {
    span.target = request_line_.substr(span.method.size() + 1, last - span.method.size() - 1);
    const std::string_view version = request_line_.substr(last + 1);
    if (version.starts_with("HTTP/")) span.flavor = version.substr(5);
  }
  span.scheme = client.scheme();
  span.host = trace_->host;
  span.user_agent = user_agent_;
  span.server_name = host_->server_name();
  span.status = record.status;
  const std::string_view port = client.port;
  std::from_chars(port.data(), port.data() + port.size(), span.host_port);  // 0 where it is no number
  span.peer_ip = record.remote_addr;
  if (client_ip_.empty()) span.peer_port = client.remote_port;  // whom a proxy tells of has none
  span.namespace_name = route_->namespace_name;
  span.ingress = route_->ingress;
  if (route_->cluster != nullptr) span.service = route_->cluster->service;
  span.upstream = record.upstream_name;
  if (record.reason != RejectReason::none) span.reason = to_string(record.reason);
  context_->spans.push(observe::encode_span(span));
}

}  // namespace headgate::proxy
