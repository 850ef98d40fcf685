#include "http/h2_request.h"

#include "http/ascii.h"
#include "http/host.h"
#include "http/request_fields.h"

namespace headgate::http {
namespace {

constexpr std::size_t kMaxMethodBytes = 32;  // as HTTP/1's parser

H2Judgement refuse(std::uint16_t status, RejectReason reason) {
  return {H2Verdict::refused, {status, reason}};
}

H2Judgement malformed() { return {H2Verdict::malformed, {}}; }

// RFC 9113 §8.2.2.
bool is_connection_specific(const Field& field) {
  switch (field.id) {
    case FieldId::connection:
    case FieldId::keep_alive:
    case FieldId::proxy_connection:
    case FieldId::transfer_encoding:
    case FieldId::upgrade:
      return true;
    case FieldId::te:
      return !equals_ignoring_case(field.value, "trailers");
    default:
      return false;
  }
}

bool same_host(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i)
    if (to_lower(a[i]) != to_lower(b[i])) return false;
  return true;
}

// Content is usual with these, so that a pod may want to be told that there is none (RFC 9110 §8.6).
bool defines_content(Method method) {
  return method == Method::post || method == Method::put || method == Method::patch;
}

}  // namespace

bool is_websocket_connect(std::string_view protocol) { return equals_ignoring_case(protocol, "websocket"); }

H2Judgement analyse_h2_request(const H2Pseudo& pseudo, bool end_stream, RequestHead& head,
                               RequestFacts& facts) {
  facts = RequestFacts{};
  RequestFields found;
  gather_request_fields(head.fields, found, facts);
  for (const Field& field : head.fields)
    if (is_connection_specific(field)) return malformed();

  if (pseudo.method.size() > kMaxMethodBytes) return refuse(501, RejectReason::bad_request_line);
  if (!pseudo.protocol.empty()) {
    if (head.method != Method::connect) return malformed();
    if (!is_websocket_connect(pseudo.protocol)) return refuse(501, RejectReason::method_not_allowed);
    head.method = Method::get;
    head.method_text = "GET";
    facts.upgrade = "websocket";
  }
  if (is_never_relayed(head.method)) return refuse(405, RejectReason::method_not_allowed);

  if (!equals_ignoring_case(pseudo.scheme, "http") && !equals_ignoring_case(pseudo.scheme, "https"))
    return refuse(400, RejectReason::bad_target);
  // Absolute-form is HTTP/1's; here it would name a second authority.
  if (pseudo.path.empty() || (pseudo.path.front() != '/' && pseudo.path != "*"))
    return refuse(400, RejectReason::bad_target);

  if (found.two_hosts) return refuse(400, RejectReason::bad_host);
  facts.host = pseudo.authority;
  if (found.host != nullptr) {
    if (pseudo.authority.empty())
      facts.host = found.host->value;
    else if (!same_host(pseudo.authority, found.host->value))
      return refuse(400, RejectReason::bad_host);
  }
  if (split_host(facts.host).host.empty()) return refuse(400, RejectReason::bad_host);

  if (const RejectReason fault = found.length.fault(); fault != RejectReason::none) return refuse(400, fault);
  const bool tunnel = !facts.upgrade.empty();
  if (found.length.has_content_length()) {
    if (tunnel) return refuse(400, RejectReason::bad_length);
    facts.body = BodyKind::length;
    facts.content_length = found.length.content_length();
  } else if (end_stream) {
    if (defines_content(head.method)) facts.body = BodyKind::length;
  } else if (!tunnel) {
    facts.body = BodyKind::chunked;
  }

  if (found.expect != nullptr) {
    if (!found.expects_continue()) return refuse(417, RejectReason::unsupported_expect);
    facts.expect_continue = facts.body == BodyKind::chunked || facts.content_length != 0;
  }
  return {};
}

}  // namespace headgate::http
