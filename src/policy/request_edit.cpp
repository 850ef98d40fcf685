#include "policy/request_edit.h"

#include "http/ascii.h"
#include "http/trace_context.h"

namespace headgate::policy {

void RequestEdit::drop(std::string_view name) {
  for (http::Field& field : fields)
    if (http::same_variable_name(field.name, name)) field.drop = true;
}

void RequestEdit::remove(std::string_view name) {
  drop(name);
  if (http::same_name(name, http::kTraceparent)) trace_line = {};
}

void RequestEdit::set(std::string_view name, std::string_view value) {
  remove(name);
  lines += name;
  lines += ": ";
  lines += value;
  lines += "\r\n";
}

}  // namespace headgate::policy
