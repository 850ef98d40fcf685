// Why a request was refused or failed: one closed set, because it is a metric label.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace headgate {

// Why a request was refused or failed. Label `reason` of headgate_http_rejected_total.
enum class RejectReason : std::uint8_t {
  none,
  bad_request_line,
  bad_target,
  bad_host,
  bad_header,
  bad_length,
  bad_transfer_encoding,
  length_and_chunked,
  bad_chunk,
  bad_trailer,
  uri_too_long,
  header_too_large,
  too_many_headers,
  body_too_large,
  header_timeout,
  body_timeout,
  method_not_allowed,
  unsupported_expect,
  unsupported_version,
  no_route,
  no_endpoint,
  upstream_connect,
  upstream_timeout,
  upstream_reset,
  upstream_bad_head,
  upstream_bad_framing,
  upstream_surplus,
  client_gone,
  tls_handshake,
  tls_plain_http,       // HTTP on the TLS port
  proxy_protocol,       // no, or a broken, PROXY header
  misdirected,          // 421
  client_certificate,   // 400 or 403 for a client certificate
  denied,               // a protection of the Ingress cannot be set up
  ip_filter,            // 403: allow and deny lists
  rate_limit,           // limit-rps, limit-rpm
  connection_limit,     // limit-connections
  blocked,              // 403: block-cidrs, block-user-agents, block-referers
  basic_auth,           // 401: no, or bad, credentials
  access_timeout,       // 500: what decides about access never answered
  external_auth,        // 401, 403 or 302: the auth service does not let it in
  mirror_dropped,       // not an answer: a copy for a mirror that was not sent
  external_auth_error,  // 500: the auth service gives no answer that counts
  request_buffer_full,  // 503: the contents of requests that are buffered have reached their bound together
  request_buffer_file,  // 500: the content of a request cannot be kept in a file
  answer_buffer_file,   // cut: what was kept of an answer cannot be read
  h2_protocol,          // a connection error of HTTP/2
  h2_flood_reset,       // rapid reset
  h2_flood_self_reset,  // resets we were made to send (MadeYouReset)
  h2_flood_headers,     // CONTINUATION without end, header lists
  h2_flood_ping,
  h2_flood_settings,
  h2_flood_priority,
  h2_flood_empty_data,
  h2_flood_window,
  h2_flood_unknown,
  h2_stalled,  // windows closed for too long
  count_,
};
inline constexpr std::size_t kRejectReasonCount = static_cast<std::size_t>(RejectReason::count_);

// The label text, e.g. "bad_host"; "none" for none.
std::string_view to_string(RejectReason reason);

}  // namespace headgate
