// The variables that formats of the access log may name: nginx's, and those that ingress-nginx's
// configuration sets for itself.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace headgate::observe {

enum class LogVariable : std::uint8_t {
  // Texts that only the proxy knows: LogDetails::texts.
  uri,
  host,
  http_host,
  scheme,
  https,
  server_name,
  server_port,
  remote_port,
  proxy_host,
  namespace_name,
  ingress_name,
  service_name,
  service_port,
  location_path,
  best_http_host,
  pass_access_scheme,
  pass_port,
  proxy_protocol_addr,
  forwarded_for,  // $proxy_add_x_forwarded_for
  ssl_protocol,
  ssl_cipher,
  ssl_server_name,
  ssl_session_reused,
  ssl_client_verify,
  ssl_client_s_dn,
  ssl_client_i_dn,
  ssl_client_serial,
  ssl_client_fingerprint,
  trace_id,
  span_id,
  traceparent,
  texts_,  // how many these are

  // Of the AccessRecord or the StreamRecord.
  remote_addr = texts_,
  remote_user,
  time_local,
  request,
  request_method,
  request_uri,
  args,
  arg,  // $arg_NAME
  server_protocol,
  status,
  body_bytes_sent,
  bytes_sent,
  bytes_received,
  request_length,
  request_time,
  session_time,
  request_id,
  is_args,
  protocol,
  upstream_addr,
  upstream_status,
  upstream_response_time,
  upstream_connect_time,
  upstream_header_time,
  upstream_response_length,
  upstream_name,
  alternative_upstream_name,
  // Numbers of LogDetails.
  time_iso8601,
  msec,
  connection,
  connection_requests,
  // Known when the format is read.
  hostname,
  pid,
  pipe,     // requests never were pipelined
  nothing,  // exists, and has no value here: $upstream_cache_status
  // $http_NAME, $cookie_NAME, $sent_http_NAME, $upstream_http_NAME: LogDetails::captured.
  captured,
  count_,
};

inline constexpr std::size_t kLogTexts = static_cast<std::size_t>(LogVariable::texts_);

// The one that `name` (lower case, without "$") is of the http or the stream log, families aside; nothing:
// there is none.
std::optional<LogVariable> find_http_log_variable(std::string_view name);
std::optional<LogVariable> find_stream_log_variable(std::string_view name);

}  // namespace headgate::observe
