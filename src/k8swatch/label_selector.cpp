#include "k8swatch/label_selector.h"

#include <algorithm>
#include <string>
#include <vector>

#include "k8swatch/names.h"

namespace headgate::k8swatch {
namespace {

constexpr std::size_t kMaxName = 63;
constexpr std::size_t kMaxPrefix = 253;
constexpr std::size_t kShown = 80;

bool is_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= kMaxName && is_alphanumeric(text.front()) &&
         is_alphanumeric(text.back()) && std::all_of(text.begin(), text.end(), [](char c) {
           return is_alphanumeric(c) || c == '-' || c == '_' || c == '.';
         });
}

bool is_key(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return is_name(text);
  const std::string_view prefix = text.substr(0, slash);
  return prefix.size() <= kMaxPrefix && is_dns1123_subdomain(prefix) && is_name(text.substr(slash + 1));
}

bool is_value(std::string_view text) { return text.empty() || is_name(text); }

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

Unexpected<Error> wrong(std::string_view requirement, const std::string& reason) {
  return fail("'" + std::string(requirement.substr(0, kShown)) + "': " + reason);
}

Result<void> check_values(std::string_view requirement, std::string_view list) {
  if (list.size() < 2 || list.front() != '(' || list.back() != ')')
    return wrong(requirement, "expected a list in parentheses");
  list = list.substr(1, list.size() - 2);
  while (true) {
    const std::size_t comma = std::min(list.find(','), list.size());
    const std::string_view value = trimmed(list.substr(0, comma));
    if (!is_value(value)) return wrong(requirement, "'" + std::string(value) + "' is no label value");
    if (comma == list.size()) return {};
    list.remove_prefix(comma + 1);
  }
}

Result<void> check_requirement(std::string_view text) {
  const auto key_is_fine = [text](std::string_view key) -> Result<void> {
    if (is_key(key)) return {};
    return wrong(text, "'" + std::string(key.substr(0, kShown)) + "' is no label key");
  };
  if (text.empty()) return fail("a requirement is empty");
  if (text.front() == '!') return key_is_fine(trimmed(text.substr(1)));
  const std::size_t key_end = text.find_first_of(" \t=!<>(");
  const std::string_view key = text.substr(0, key_end);
  if (Result<void> fine = key_is_fine(key); !fine) return fine;
  std::string_view rest = key_end == std::string_view::npos ? "" : trimmed(text.substr(key_end));
  if (rest.empty()) return {};  // the label exists
  for (const std::string_view word : {std::string_view("in"), std::string_view("notin")})
    if (rest.starts_with(word) && rest.size() > word.size() &&
        std::string_view(" \t(").find(rest[word.size()]) != std::string_view::npos)
      return check_values(text, trimmed(rest.substr(word.size())));
  for (const std::string_view sign :
       {std::string_view("=="), std::string_view("!="), std::string_view("=")}) {
    if (!rest.starts_with(sign)) continue;
    const std::string_view value = trimmed(rest.substr(sign.size()));
    if (is_value(value)) return {};
    return wrong(text, "'" + std::string(value.substr(0, kShown)) + "' is no label value");
  }
  if (rest.front() == '<' || rest.front() == '>') {
    const std::string_view number = trimmed(rest.substr(1));
    const bool fine = !number.empty() &&
                      std::all_of(number.begin(), number.end(), [](char c) { return c >= '0' && c <= '9'; });
    return fine ? Result<void>()
                : wrong(text, "expected a whole number after " + std::string(1, rest.front()));
  }
  return wrong(text, "expected one of = == != in notin < >");
}

}  // namespace

Result<void> check_label_selector(std::string_view text) {
  std::size_t begin = 0;
  bool in_list = false;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    if (i < text.size() && text[i] == '(') in_list = true;
    if (i < text.size() && text[i] == ')') in_list = false;
    if (i < text.size() && (text[i] != ',' || in_list)) continue;
    if (Result<void> fine = check_requirement(trimmed(text.substr(begin, i - begin))); !fine) return fine;
    begin = i + 1;
  }
  return {};
}

}  // namespace headgate::k8swatch
