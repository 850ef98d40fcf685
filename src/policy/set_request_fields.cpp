#include "policy/set_request_fields.h"

#include <algorithm>

#include "http/ascii.h"
#include "http/field_id.h"

namespace headgate::policy {
namespace {

// A variable may bring what a client sent. The parser has let no such byte in; decoded paths hold them.
bool has_control_character(const std::string& value) {
  return std::any_of(value.begin(), value.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\t') || byte == 0x7f;
  });
}

}  // namespace

void SetRequestFields::apply(const RequestView& request, RequestEdit& edit) const {
  for (const Field& field : fields) {
    const std::string value = field.value.expand(request);
    const http::FieldId id = http::field_id_of(field.name);
    if (id == http::FieldId::host) {
      if (!value.empty() && !has_control_character(value)) edit.host = value;
      continue;
    }
    edit.written.insert(id);
    if (value.empty() || has_control_character(value))
      edit.remove(field.name);
    else
      edit.set(field.name, value);
  }
}

void SetRequestFields::describe(std::string& out) const {
  char separator = '=';
  out += " request-fields";
  for (const Field& field : fields) {
    out += separator;
    out += field.name;
    separator = ',';
  }
}

}  // namespace headgate::policy
