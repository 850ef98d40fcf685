#include "http/ascii.h"
#include "http/body_length.h"
#include "http/framing.h"
#include "http/hop_by_hop.h"
#include "http/host.h"
#include "http/scan.h"

namespace headgate::http {
namespace {

// Not for the backend: of this hop, written anew, or not a client's to say.
constexpr FieldSet kNotRelayed(
    FieldId::host, FieldId::connection, FieldId::content_length, FieldId::transfer_encoding, FieldId::te,
    FieldId::trailer, FieldId::upgrade, FieldId::keep_alive, FieldId::proxy_connection,
    FieldId::http2_settings, FieldId::expect, FieldId::forwarded, FieldId::x_forwarded_for,
    FieldId::x_forwarded_host, FieldId::x_forwarded_port, FieldId::x_forwarded_proto,
    FieldId::x_forwarded_scheme, FieldId::x_forwarded_prefix, FieldId::x_forwarded_server,
    FieldId::x_original_forwarded_for, FieldId::x_original_forwarded_host, FieldId::x_original_url,
    FieldId::x_original_uri, FieldId::x_rewrite_url, FieldId::forwarding_other, FieldId::x_real_ip,
    FieldId::x_request_id, FieldId::x_scheme, FieldId::proxy, FieldId::ssl_client,
    FieldId::proxy_authenticate, FieldId::proxy_authorization, FieldId::with_underscore);

ParseResult refuse(std::uint16_t status, RejectReason reason) {
  return {ParseStatus::refused, {status, reason}};
}

// A single protocol, and none that would turn the tunnel into one more HTTP or TLS entrance behind our rules
// (h2c smuggling).
bool may_pass_on(std::string_view protocol) {
  const std::string_view name = protocol.substr(0, protocol.find('/'));
  if (name.empty()) return false;
  std::size_t slashes = 0;
  for (const char c : protocol) {
    if (c == '/' ? ++slashes > 1 : !scan::is_token_char(c)) return false;
  }
  for (const std::string_view never : {"h2c", "h2", "h3", "http", "https", "tls", "ssl"})
    if (equals_ignoring_case(name, never)) return false;
  return true;
}

// What analyse_request() gathers on its way through the fields.
struct Gathered {
  BodyLength length;
  ConnectionOptions connection;
  const Field* host = nullptr;
  const Field* expect = nullptr;
  const Field* upgrade = nullptr;
  bool two_hosts = false;
  bool two_expects = false;
  bool two_upgrades = false;
};

void set_first(const Field*& first, const Field& field) {
  if (first == nullptr) first = &field;
}

void set_only(const Field*& only, const Field& field, bool& repeated) {
  repeated = only != nullptr;
  only = &field;
}

void gather(const Field& field, Gathered& found, RequestFacts& facts) {
  switch (field.id) {
    case FieldId::host:
      set_only(found.host, field, found.two_hosts);
      break;
    case FieldId::connection:
      found.connection.add(field.value);
      break;
    case FieldId::content_length:
      found.length.add_content_length(field.value);
      break;
    case FieldId::transfer_encoding:
      found.length.add_transfer_encoding(field.value);
      break;
    case FieldId::te:
      for_each_member(field.value, [&facts](std::string_view coding) {
        if (equals_ignoring_case(coding, "trailers")) facts.accepts_trailers = true;
      });
      break;
    case FieldId::expect:
      set_only(found.expect, field, found.two_expects);
      break;
    case FieldId::upgrade:
      set_only(found.upgrade, field, found.two_upgrades);
      break;
    case FieldId::user_agent:
      set_first(facts.user_agent, field);
      break;
    case FieldId::referer:
      set_first(facts.referer, field);
      break;
    case FieldId::x_request_id:
      set_first(facts.request_id, field);
      break;
    case FieldId::x_forwarded_for:
      set_first(facts.x_forwarded_for, field);
      break;
    case FieldId::x_forwarded_host:
      set_first(facts.x_forwarded_host, field);
      break;
    default:
      break;
  }
}

}  // namespace

ParseResult analyse_request(RequestHead& head, RequestFacts& facts) {
  facts = RequestFacts{};
  if (head.method == Method::connect || head.method == Method::trace)
    return refuse(405, RejectReason::method_not_allowed);

  Gathered found;
  for (Field& field : head.fields) {
    field.drop = kNotRelayed.contains(field.id);
    gather(field, found, facts);
  }
  const bool http11 = head.minor_version == 1;

  if (found.two_hosts || (found.host == nullptr && http11)) return refuse(400, RejectReason::bad_host);
  if (found.host != nullptr) {
    facts.host = found.host->value;
    if (split_host(facts.host).host.empty()) return refuse(400, RejectReason::bad_host);
  }

  const BodyLength& length = found.length;
  if (const RejectReason fault = length.fault(); fault != RejectReason::none)
    return refuse(fault == RejectReason::bad_transfer_encoding && length.unknown_coding() ? 501 : 400, fault);
  if (length.chunked()) {
    // HTTP/1.0 knows no chunked: some hop before us did not understand the message (RFC 9112 §6.1).
    if (!http11) return refuse(400, RejectReason::bad_transfer_encoding);
    facts.body = BodyKind::chunked;
  } else if (length.has_content_length()) {
    facts.body = BodyKind::length;
    facts.content_length = length.content_length();
  }
  const bool has_body = facts.body == BodyKind::chunked || facts.content_length != 0;

  if (found.expect != nullptr) {
    if (found.two_expects || !equals_ignoring_case(found.expect->value, "100-continue"))
      return refuse(417, RejectReason::unsupported_expect);
    facts.expect_continue = http11 && has_body;
  }

  const ConnectionOptions& connection = found.connection;
  facts.keep_alive = !connection.close && (http11 || connection.keep_alive);
  if (connection.upgrade && found.upgrade != nullptr && !found.two_upgrades && http11 && !has_body &&
      head.method == Method::get && may_pass_on(found.upgrade->value))
    facts.upgrade = found.upgrade->value;
  if (connection.names_fields) drop_nominated(head.fields);
  return {ParseStatus::complete, {}};
}

}  // namespace headgate::http
