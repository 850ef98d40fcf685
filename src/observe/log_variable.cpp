#include "observe/log_variable.h"

#include <algorithm>
#include <array>
#include <span>

namespace headgate::observe {
namespace {

struct Named {
  std::string_view name;
  LogVariable variable;
};

constexpr auto kHttp = std::to_array<Named>({
    {"args", LogVariable::args},
    {"best_http_host", LogVariable::best_http_host},
    {"body_bytes_sent", LogVariable::body_bytes_sent},
    {"bytes_sent", LogVariable::bytes_sent},
    {"connection", LogVariable::connection},
    {"connection_requests", LogVariable::connection_requests},
    {"document_uri", LogVariable::uri},
    {"host", LogVariable::host},
    {"hostname", LogVariable::hostname},
    {"http_host", LogVariable::http_host},
    {"https", LogVariable::https},
    {"ingress_name", LogVariable::ingress_name},
    {"is_args", LogVariable::is_args},
    {"location_path", LogVariable::location_path},
    {"msec", LogVariable::msec},
    {"namespace", LogVariable::namespace_name},
    {"opentelemetry_context_traceparent", LogVariable::traceparent},
    {"opentelemetry_span_id", LogVariable::span_id},
    {"opentelemetry_trace_id", LogVariable::trace_id},
    {"pass_access_scheme", LogVariable::pass_access_scheme},
    {"pass_port", LogVariable::pass_port},
    {"pid", LogVariable::pid},
    {"pipe", LogVariable::pipe},
    {"proxy_add_x_forwarded_for", LogVariable::forwarded_for},
    {"proxy_alternative_upstream_name", LogVariable::alternative_upstream_name},
    {"proxy_host", LogVariable::proxy_host},
    {"proxy_protocol_addr", LogVariable::proxy_protocol_addr},
    {"proxy_upstream_name", LogVariable::upstream_name},
    {"query_string", LogVariable::args},
    {"remote_addr", LogVariable::remote_addr},
    {"remote_port", LogVariable::remote_port},
    {"remote_user", LogVariable::remote_user},
    {"req_id", LogVariable::request_id},
    {"request", LogVariable::request},
    {"request_id", LogVariable::request_id},
    {"request_length", LogVariable::request_length},
    {"request_method", LogVariable::request_method},
    {"request_time", LogVariable::request_time},
    {"request_uri", LogVariable::request_uri},
    {"scheme", LogVariable::scheme},
    {"server_name", LogVariable::server_name},
    {"server_port", LogVariable::server_port},
    {"server_protocol", LogVariable::server_protocol},
    {"service_name", LogVariable::service_name},
    {"service_port", LogVariable::service_port},
    {"ssl_cipher", LogVariable::ssl_cipher},
    {"ssl_client_fingerprint", LogVariable::ssl_client_fingerprint},
    {"ssl_client_i_dn", LogVariable::ssl_client_i_dn},
    {"ssl_client_s_dn", LogVariable::ssl_client_s_dn},
    {"ssl_client_serial", LogVariable::ssl_client_serial},
    {"ssl_client_verify", LogVariable::ssl_client_verify},
    {"ssl_protocol", LogVariable::ssl_protocol},
    {"ssl_server_name", LogVariable::ssl_server_name},
    {"ssl_session_reused", LogVariable::ssl_session_reused},
    {"status", LogVariable::status},
    {"the_real_ip", LogVariable::remote_addr},
    {"time_iso8601", LogVariable::time_iso8601},
    {"time_local", LogVariable::time_local},
    {"upstream_addr", LogVariable::upstream_addr},
    {"upstream_cache_status", LogVariable::nothing},
    {"upstream_connect_time", LogVariable::upstream_connect_time},
    {"upstream_header_time", LogVariable::upstream_header_time},
    {"upstream_response_length", LogVariable::upstream_response_length},
    {"upstream_response_time", LogVariable::upstream_response_time},
    {"upstream_status", LogVariable::upstream_status},
    {"uri", LogVariable::uri},
});

constexpr auto kStream = std::to_array<Named>({
    {"bytes_received", LogVariable::bytes_received},
    {"bytes_sent", LogVariable::bytes_sent},
    {"connection", LogVariable::connection},
    {"hostname", LogVariable::hostname},
    {"msec", LogVariable::msec},
    {"pid", LogVariable::pid},
    {"protocol", LogVariable::protocol},
    {"proxy_protocol_addr", LogVariable::proxy_protocol_addr},
    {"proxy_upstream_name", LogVariable::upstream_name},
    {"remote_addr", LogVariable::remote_addr},
    {"remote_port", LogVariable::remote_port},
    {"session_time", LogVariable::session_time},
    {"status", LogVariable::status},
    {"time_iso8601", LogVariable::time_iso8601},
    {"time_local", LogVariable::time_local},
    {"upstream_addr", LogVariable::upstream_addr},
});

constexpr bool by_name(const Named& a, const Named& b) { return a.name < b.name; }
static_assert(std::is_sorted(kHttp.begin(), kHttp.end(), by_name));
static_assert(std::is_sorted(kStream.begin(), kStream.end(), by_name));

std::optional<LogVariable> find(std::span<const Named> all, std::string_view name) {
  const auto at = std::lower_bound(all.begin(), all.end(), Named{name, {}}, by_name);
  if (at == all.end() || at->name != name) return std::nullopt;
  return at->variable;
}

}  // namespace

std::optional<LogVariable> find_http_log_variable(std::string_view name) { return find(kHttp, name); }
std::optional<LogVariable> find_stream_log_variable(std::string_view name) { return find(kStream, name); }

}  // namespace headgate::observe
