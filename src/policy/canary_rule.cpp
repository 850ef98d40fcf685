#include "policy/canary_rule.h"

#include <string_view>

#include "http/ascii.h"
#include "policy/template.h"

namespace headgate::policy {
namespace {

// The first of those that reach the pod. `variable`: as in $http_NAME.
const http::Field* find_field(const http::FieldList& fields, std::string_view variable) {
  for (const http::Field& field : fields)
    if (!field.drop && http::same_variable_name(field.name, variable)) return &field;
  return nullptr;
}

}  // namespace

CanaryRule::Verdict CanaryRule::judge(const RequestView& request) const {
  const http::Field* const field = header.empty() ? nullptr : find_field(request.head.fields, header);
  if (field != nullptr) {
    if (!header_value.empty()) {
      if (field->value == header_value) return Verdict::canary;
    } else if (header_pattern.pattern != nullptr) {
      switch (header_pattern.pattern->find_in(field->value)) {
        case Pattern::Verdict::yes:
          return Verdict::canary;
        case Pattern::Verdict::gave_up:
          return Verdict::primary;
        case Pattern::Verdict::no:
          break;
      }
    } else if (field->value == "always") {
      return Verdict::canary;
    } else if (field->value == "never") {
      return Verdict::primary;
    }
  }
  if (cookie.empty()) return Verdict::by_weight;
  const std::string_view said = cookie_value(request.head.fields, cookie);
  if (said == "always") return Verdict::canary;
  if (said == "never") return Verdict::primary;
  return Verdict::by_weight;
}

void CanaryRule::describe(std::string& out) const {
  out += " weight=" + std::to_string(weight) + "/" + std::to_string(weight_total);
  if (!header.empty()) out += " header=" + header;
  if (!header_value.empty()) out += " value=" + header_value;
  if (header_pattern.pattern != nullptr) out += " pattern=" + header_pattern.pattern->text();
  if (!cookie.empty()) out += " cookie=" + cookie;
}

}  // namespace headgate::policy
