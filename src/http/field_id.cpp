#include "http/field_id.h"

#include "http/field_table.h"
#include "http/scan.h"

namespace headgate::http {

FieldId field_id_of(std::string_view name) {
  scan::OddBytes odd;
  for (const char c : name) odd.note(c);
  return field_table::id_of(name, odd);
}

}  // namespace headgate::http
