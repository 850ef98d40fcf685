#include "policy/request_edit.h"

#include "http/ascii.h"

namespace headgate::policy {

void RequestEdit::drop(std::string_view name) {
  for (http::Field& field : fields)
    if (http::same_variable_name(field.name, name)) field.drop = true;
}

void RequestEdit::set(std::string_view name, std::string_view value) {
  drop(name);
  lines += name;
  lines += ": ";
  lines += value;
  lines += "\r\n";
}

}  // namespace headgate::policy
