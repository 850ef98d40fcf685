#include "policy/rewrite_answer.h"

#include <algorithm>

#include "http/ascii.h"

namespace headgate::policy {
namespace {

// Our lines must fit behind the head; what is beyond that stays as the pod wrote it.
constexpr std::size_t kMostLines = std::size_t{24} * 1024;

void replace(http::Field& field, std::optional<std::string> value, AnswerFields& answer) {
  if (!value || field.drop || answer.lines().size() + value->size() > kMostLines) return;
  field.drop = true;
  answer.add(field.name, *value);
}

std::string_view without_dot(std::string_view domain) {
  if (domain.starts_with('.')) domain.remove_prefix(1);
  return domain;
}

}  // namespace

std::optional<std::string> RewriteRedirects::location(std::string_view value) const {
  if (!value.starts_with(from)) return std::nullopt;
  return to + std::string(value.substr(from.size()));
}

std::optional<std::string> RewriteRedirects::refresh(std::string_view value) const {
  // "5; url=http://…": nginx looks for "url=", in any case.
  constexpr std::string_view kUrl = "url=";
  const auto at = std::search(value.begin(), value.end(), kUrl.begin(), kUrl.end(),
                              [](char a, char b) { return http::to_lower(a) == b; });
  if (at == value.end()) return std::nullopt;
  const auto begin = static_cast<std::size_t>(at - value.begin()) + kUrl.size();
  const auto rest = location(value.substr(begin));
  if (!rest) return std::nullopt;
  return std::string(value.substr(0, begin)) + *rest;
}

void RewriteRedirects::apply(http::ResponseHead& head, AnswerFields& answer) const {
  for (http::Field& field : head.fields) {
    if (field.id == http::FieldId::location)
      replace(field, location(field.value), answer);
    else if (http::same_name(field.name, "refresh"))
      replace(field, refresh(field.value), answer);
  }
}

std::optional<std::string> RewriteCookies::cookie(std::string_view value) const {
  std::string out;
  bool changed = false;
  for (bool is_first = true; !value.empty() || is_first; is_first = false) {
    const std::size_t end = std::min(value.find(';'), value.size());
    const std::string_view part = value.substr(0, end);
    const std::string_view attribute = http::trim(part);
    const std::size_t equals = attribute.find('=');
    const std::string_view name = http::trim(attribute.substr(0, equals));
    const std::string_view text =
        equals == std::string_view::npos ? std::string_view() : http::trim(attribute.substr(equals + 1));
    if (!is_first) out += ';';
    if (!is_first && !domain_from.empty() && http::equals_ignoring_case(name, "domain") &&
        http::same_name(without_dot(text), without_dot(domain_from))) {
      out.append(" ").append(name).append("=").append(domain_to);
      changed = true;
    } else if (!is_first && !path_from.empty() && http::equals_ignoring_case(name, "path") &&
               text.starts_with(path_from)) {
      out.append(" ").append(name).append("=").append(path_to).append(text.substr(path_from.size()));
      changed = true;
    } else {
      out += part;
    }
    value.remove_prefix(std::min(end + 1, value.size()));
  }
  return changed ? std::optional(std::move(out)) : std::nullopt;
}

void RewriteCookies::apply(http::ResponseHead& head, AnswerFields& answer) const {
  for (http::Field& field : head.fields)
    if (http::same_name(field.name, "set-cookie")) replace(field, cookie(field.value), answer);
}

void RewriteCookies::describe(std::string& out) const {
  if (!domain_from.empty()) out += " cookie-domain=" + domain_from + ">" + domain_to;
  if (!path_from.empty()) out += " cookie-path=" + path_from + ">" + path_to;
}

}  // namespace headgate::policy
