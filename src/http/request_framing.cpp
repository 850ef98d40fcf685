#include "http/ascii.h"
#include "http/framing.h"
#include "http/host.h"
#include "http/request_fields.h"
#include "http/scan.h"

namespace headgate::http {
namespace {

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

}  // namespace

ParseResult analyse_request(RequestHead& head, RequestFacts& facts) {
  facts = RequestFacts{};
  if (is_never_relayed(head.method)) return refuse(405, RejectReason::method_not_allowed);

  RequestFields found;
  gather_request_fields(head.fields, found, facts);
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
    if (!found.expects_continue()) return refuse(417, RejectReason::unsupported_expect);
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
