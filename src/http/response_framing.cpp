#include "http/ascii.h"
#include "http/body_length.h"
#include "http/framing.h"
#include "http/hop_by_hop.h"

namespace headgate::http {
namespace {

constexpr FieldSet kNotRelayed(FieldId::connection, FieldId::content_length, FieldId::transfer_encoding,
                               FieldId::te, FieldId::trailer, FieldId::upgrade, FieldId::keep_alive,
                               FieldId::proxy_connection, FieldId::proxy_authenticate,
                               FieldId::proxy_authorization, FieldId::server, FieldId::x_accel_buffering,
                               FieldId::x_accel_other);

ParseResult refuse() { return {ParseStatus::refused, {502, RejectReason::upstream_bad_framing}}; }

// Asked for, and answered with the very protocol: anything else would make a tunnel nobody ordered.
bool switches_as_asked(const ConnectionOptions& connection, const Field* upgrade, std::string_view asked) {
  if (asked.empty() || upgrade == nullptr || !connection.upgrade || upgrade->value.size() != asked.size())
    return false;
  for (std::size_t i = 0; i < asked.size(); ++i)
    if (to_lower(upgrade->value[i]) != to_lower(asked[i])) return false;
  return true;
}

}  // namespace

ParseResult analyse_response(ResponseHead& head, const ResponseContext& context, ResponseFacts& facts) {
  facts = ResponseFacts{};
  BodyLength length;
  ConnectionOptions connection;
  const Field* upgrade = nullptr;
  bool two_upgrades = false;
  for (Field& field : head.fields) {
    field.drop = kNotRelayed.contains(field.id);
    switch (field.id) {
      case FieldId::connection:
        connection.add(field.value);
        break;
      case FieldId::content_length:
        length.add_content_length(field.value);
        break;
      case FieldId::transfer_encoding:
        length.add_transfer_encoding(field.value);
        break;
      case FieldId::upgrade:
        two_upgrades = upgrade != nullptr;
        upgrade = &field;
        break;
      case FieldId::x_accel_buffering:
        if (equals_ignoring_case(field.value, "yes"))
          facts.buffering = Buffering::yes;
        else if (equals_ignoring_case(field.value, "no"))
          facts.buffering = Buffering::no;
        break;
      default:
        break;
    }
  }
  if (connection.names_fields) drop_nominated(head.fields);
  for (const Field& field : head.fields)
    if (field.id == FieldId::date && !field.drop) facts.has_date = true;

  const bool http11 = head.minor_version == 1;
  if (length.fault() != RejectReason::none || (length.chunked() && !http11)) return refuse();
  facts.keep_alive = !connection.close && (http11 || connection.keep_alive);
  facts.content_length = length.content_length();
  const bool announces_body = length.chunked() || facts.content_length != 0;

  if (head.status < 200) {
    // An interim answer with a body is bytes that another hop may take for the final one (RFC 9110 §15.2).
    if (announces_body) return refuse();
    if (head.status != 101) {
      facts.interim = true;
      return {ParseStatus::complete, {}};
    }
    if (!http11 || two_upgrades || !switches_as_asked(connection, upgrade, context.upgrade)) return refuse();
    facts.switching_protocols = true;
    facts.keep_alive = false;
    return {ParseStatus::complete, {}};
  }
  if (head.status == 204) {
    // No body, whatever its fields say; but who says so wrongly may send one, so the connection is not kept.
    if (announces_body) facts.keep_alive = false;
    facts.content_length = 0;
    return {ParseStatus::complete, {}};
  }
  facts.has_content_length = length.has_content_length();
  if (head.status == 304 || context.method == Method::head) return {ParseStatus::complete, {}};
  if (length.chunked()) {
    facts.body = BodyKind::chunked;
  } else if (length.has_content_length()) {
    facts.body = BodyKind::length;
  } else {
    facts.body = BodyKind::until_close;
    facts.keep_alive = false;
  }
  return {ParseStatus::complete, {}};
}

}  // namespace headgate::http
