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
  x_rewrite_url,
  forwarding_other,  // any other name that begins with "x-forwarded-" or "x-original-"
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
  strict_transport_security,
  content_type,
  proxy_authenticate,
  proxy_authorization,
  authorization,
  // What a pod says to the proxy before it, in nginx's words.
  x_accel_buffering,
  x_accel_other,  // X-Accel-Redirect, -Expires, -Limit-Rate, -Charset
  // Any name with '_' in it: CGI and WSGI read "X_Real_IP" as "X-Real-IP", so it is not relayed to a backend.
  with_underscore,
  // Any name with a byte that is none of letters, digits, '-' and '_', for the same reason: to some it is
  // "-".
  unusual,
  count_,
};
static_assert(static_cast<unsigned>(FieldId::count_) <= 64, "FieldSet is one word");

// A set of ids, for "what is to be dropped" and "what has been seen" by one AND.
class FieldSet {
 public:
  constexpr FieldSet() = default;
  template <typename... Ids>
  explicit constexpr FieldSet(Ids... ids) : bits_((bit(ids) | ...)) {}
  constexpr void insert(FieldId id) { bits_ |= bit(id); }
  [[nodiscard]] constexpr bool contains(FieldId id) const { return (bits_ & bit(id)) != 0; }

 private:
  static constexpr std::uint64_t bit(FieldId id) { return std::uint64_t{1} << static_cast<unsigned>(id); }
  std::uint64_t bits_ = 0;
};

// `name` is a token (RFC 9110 §5.6.2). ASCII case-insensitive; `other` for all names not listed.
FieldId field_id_of(std::string_view name);

}  // namespace headgate::http
