#include "proxy/held_request.h"

namespace headgate::proxy {
namespace {

constexpr std::size_t kPerField = 4;  // ": " and CRLF

std::size_t size_of(const policy::RequestView& request) {
  const http::RequestHead& head = request.head;
  const http::Target& target = request.target;
  std::size_t size = head.request_line.size() + head.method_text.size() + head.target.size() +
                     request.facts.host.size() + request.facts.upgrade.size() + target.authority.size() +
                     target.match_path.size() + target.forward_path.size() + target.query.size() +
                     request.host.size();
  for (const http::Field& field : head.fields) size += field.name.size() + field.value.size() + kPerField;
  return size;
}

}  // namespace

HeldRequest::HeldRequest(const policy::RequestView& request, std::string_view body) {
  text_.prepare(size_of(request) + 1);
  head.request_line = keep(request.head.request_line);
  head.method_text = keep(request.head.method_text);
  head.method = request.head.method;
  head.target = keep(request.head.target);
  head.minor_version = request.head.minor_version;
  head.size = request.head.size;
  keep_fields(request.head.fields);

  facts = request.facts;
  facts.host = keep(request.facts.host);
  facts.upgrade = keep(request.facts.upgrade);
  for (const http::Field** field : {&facts.user_agent, &facts.referer, &facts.request_id, &facts.authorization,
                                    &facts.x_forwarded_for, &facts.x_forwarded_host})
    *field = same_field(*field, request.head.fields);

  target = request.target;
  target.authority = keep(request.target.authority);
  target.match_path = keep(request.target.match_path);
  target.forward_path = keep(request.target.forward_path);
  target.query = keep(request.target.query);
  host = keep(request.host);
  body_.append(body);
}

std::string_view HeldRequest::keep(std::string_view text) {
  if (text.empty()) return {};
  const std::size_t at = text_.size();
  text_.append(text);
  return text_.view().substr(at);
}

// As canonical lines one behind the other: they are relayed as one run of bytes.
void HeldRequest::keep_fields(const http::FieldList& fields) {
  for (const http::Field& field : fields) {
    http::Field& kept = head.fields.add();
    kept.name = keep(field.name);
    text_.append(": ");
    // Also where it is empty it begins at its place in the line.
    const std::size_t at = text_.size();
    text_.append(field.value);
    kept.value = text_.view().substr(at);
    text_.append("\r\n");
    kept.id = field.id;
    kept.canonical = true;
    kept.drop = field.drop;
  }
}

const http::Field* HeldRequest::same_field(const http::Field* field, const http::FieldList& fields) const {
  return field == nullptr ? nullptr : head.fields.begin() + (field - fields.begin());
}

}  // namespace headgate::proxy
