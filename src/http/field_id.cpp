#include "http/field_id.h"

#include "http/field_table.h"

namespace headgate::http {

FieldId field_id_of(std::string_view name) {
  if (name.find('_') != std::string_view::npos) return FieldId::with_underscore;
  return field_table::lookup(name);
}

}  // namespace headgate::http
