#include "policy/fixed_fields.h"

namespace headgate::policy {

FixedFields::FixedFields(std::vector<std::pair<std::string, std::string>> fields)
    : fields_(std::move(fields)) {
  for (const auto& [name, value] : fields_) {
    names_.push_back(name);
    lines_.append(name).append(": ").append(value).append("\r\n");
  }
}

void FixedFields::apply(const RequestView&, AnswerFields& answer) const {
  if (!answer.empty())
    for (const std::string& name : names_) answer.take_back(name);
  answer.set_lines(lines_, names_);
}

void FixedFields::fill_in(AnswerFields& answer) const {
  if (answer.empty()) {
    answer.set_lines(lines_, names_);
    return;
  }
  for (const auto& [name, value] : fields_)
    if (!answer.has(name)) answer.set(name, value);
}

void FixedFields::describe(std::string& out) const {
  char separator = '=';
  out += " set-fields";
  for (const std::string& name : names_) {
    out += separator;
    out += name;
    separator = ',';
  }
}

}  // namespace headgate::policy
