#include "http/request_fields.h"

#include "http/ascii.h"

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
    FieldId::proxy_authenticate, FieldId::proxy_authorization, FieldId::with_underscore, FieldId::unusual);

void set_first(const Field*& first, const Field& field) {
  if (first == nullptr) first = &field;
}

void set_only(const Field*& only, const Field& field, bool& repeated) {
  repeated = only != nullptr;
  only = &field;
}

void gather(const Field& field, RequestFields& found, RequestFacts& facts) {
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
    case FieldId::authorization:
      set_first(facts.authorization, field);
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

void gather_request_fields(FieldList& fields, RequestFields& found, RequestFacts& facts) {
  for (Field& field : fields) {
    field.drop = kNotRelayed.contains(field.id);
    gather(field, found, facts);
  }
}

bool RequestFields::expects_continue() const {
  return expect != nullptr && !two_expects && equals_ignoring_case(expect->value, "100-continue");
}

}  // namespace headgate::http
