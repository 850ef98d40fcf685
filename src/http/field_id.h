// The field names Headgate acts on, as small numbers, so that a head is looked through once and by switch.
#pragma once

#include <cstdint>
#include <string_view>

namespace headgate::http {

enum class FieldId : std::uint8_t {
  other,
  // Framing and connection (RFC 9110 §7.6, RFC 9112).
  host,
  connection,
  content_length,
  transfer_encoding,
  te,
  trailer,
  upgrade,
  keep_alive,
  proxy_connection,
  http2_settings,
  expect,
  // Forwarding: ours to set; a client's own are dropped or kept under another name.
  forwarded,
  x_forwarded_for,
  x_forwarded_host,
  x_forwarded_port,
  x_forwarded_proto,
  x_forwarded_scheme,
  x_forwarded_prefix,
  x_forwarded_server,
  x_original_forwarded_for,
  x_original_forwarded_host,
  x_original_url,
  x_original_uri,
  x_real_ip,
  x_request_id,
  x_scheme,
  proxy,
  ssl_client,  // any name that begins with "ssl-client-"
  // Logged or rewritten.
  user_agent,
  referer,
  server,
  date,
  location,
  content_type,
  proxy_authenticate,
  proxy_authorization,
};

// ASCII case-insensitive; `other` for all names not listed.
FieldId field_id_of(std::string_view name);

}  // namespace headgate::http
