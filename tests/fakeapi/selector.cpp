#include "fakeapi/selector.h"

#include <algorithm>
#include <utility>

#include "fakeapi/api_error.h"

namespace headgate::fakeapi {
namespace {

std::string_view trim(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

// At commas outside parentheses.
std::vector<std::string_view> split(std::string_view text) {
  std::vector<std::string_view> parts;
  std::size_t begin = 0;
  int depth = 0;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    if (i < text.size() && text[i] == '(') ++depth;
    if (i < text.size() && text[i] == ')') --depth;
    if (i < text.size() && (text[i] != ',' || depth > 0)) continue;
    const std::string_view part = trim(text.substr(begin, i - begin));
    if (!part.empty()) parts.push_back(part);
    begin = i + 1;
  }
  return parts;
}

// Cuts "a==b" in two; false: no such operator.
bool cut(std::string_view text, std::string_view sign, std::string_view& left, std::string_view& right) {
  const std::size_t at = text.find(sign);
  if (at == std::string_view::npos) return false;
  left = trim(text.substr(0, at));
  right = trim(text.substr(at + sign.size()));
  return true;
}

std::string field_problem(const Kind& kind, const std::string& name) {
  if (kind.group.empty()) return "field label not supported: " + name;
  return "\"" + name + "\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\"";
}

std::vector<std::string> fields_of(const Kind& kind) {
  const ObjectRef empty = store_form(kind, Json{{"metadata", Json::object()}}, 1);
  std::vector<std::string> names;
  for (const auto& [name, value] : empty->fields) names.push_back(name);
  return names;
}

}  // namespace

Selector::Selector(const Kind& kind, std::string_view labels, std::string_view fields) {
  for (const std::string_view part : split(labels)) labels_.push_back(parse_label(part));
  const std::vector<std::string> known = fields.empty() ? std::vector<std::string>{} : fields_of(kind);
  for (const std::string_view part : split(fields)) {
    std::string_view name;
    std::string_view value;
    Requirement requirement;
    if (cut(part, "!=", name, value)) {
      requirement.is = Operator::not_in;
    } else if (!cut(part, "==", name, value) && !cut(part, "=", name, value)) {
      throw ApiError::bad_request("invalid selector: '" + std::string(part) + "'; can't understand '" +
                                  std::string(part) + "'");
    }
    requirement.name = name;
    requirement.values.emplace_back(value);
    if (std::find(known.begin(), known.end(), requirement.name) == known.end()) {
      throw ApiError::bad_request(field_problem(kind, requirement.name));
    }
    fields_.push_back(std::move(requirement));
  }
}

Selector::Requirement Selector::parse_label(std::string_view text) {
  std::string_view name;
  std::string_view value;
  if (cut(text, "!=", name, value)) return {std::string(name), Operator::not_in, {std::string(value)}};
  if (cut(text, "==", name, value) || cut(text, "=", name, value)) {
    return {std::string(name), Operator::in, {std::string(value)}};
  }
  const bool is_not_in = cut(text, " notin ", name, value) || cut(text, " notin(", name, value);
  if (is_not_in || cut(text, " in ", name, value) || cut(text, " in(", name, value)) {
    std::string_view list = trim(value);
    if (list.starts_with("(")) list.remove_prefix(1);
    if (!list.ends_with(")"))
      throw ApiError::bad_request("unable to parse requirement: " + std::string(text));
    list.remove_suffix(1);
    Requirement requirement{std::string(name), is_not_in ? Operator::not_in : Operator::in, {}};
    for (const std::string_view member : split(list)) requirement.values.emplace_back(member);
    return requirement;
  }
  if (text.starts_with("!")) return {std::string(trim(text.substr(1))), Operator::absent, {}};
  if (text.find(' ') != std::string_view::npos) {
    throw ApiError::bad_request("unable to parse requirement: " + std::string(text));
  }
  return {std::string(text), Operator::exists, {}};
}

bool Selector::holds(const Requirement& requirement, const Pairs& pairs) {
  const auto found = std::find_if(pairs.begin(), pairs.end(),
                                  [&](const auto& pair) { return pair.first == requirement.name; });
  const bool exists = found != pairs.end();
  const auto is_listed = [&] {
    return exists && std::find(requirement.values.begin(), requirement.values.end(), found->second) !=
                         requirement.values.end();
  };
  switch (requirement.is) {
    case Operator::in:
      return is_listed();
    case Operator::not_in:
      return !is_listed();
    case Operator::exists:
      return exists;
    case Operator::absent:
      return !exists;
  }
  return false;
}

bool Selector::matches(const StoredObject& object) const {
  return std::all_of(labels_.begin(), labels_.end(),
                     [&](const Requirement& r) { return holds(r, object.labels); }) &&
         std::all_of(fields_.begin(), fields_.end(),
                     [&](const Requirement& r) { return holds(r, object.fields); });
}

}  // namespace headgate::fakeapi
