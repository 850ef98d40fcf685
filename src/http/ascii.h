// ASCII helpers of the HTTP grammar: case without locale, list members without allocation.
#pragma once

#include <cstddef>
#include <string_view>

namespace headgate::http {

constexpr char to_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }
constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_optional_space(char c) { return c == ' ' || c == '\t'; }

// The value of a hexadecimal digit, or -1.
constexpr int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = to_lower(c);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

// `lower` is already in lower case.
constexpr bool equals_ignoring_case(std::string_view text, std::string_view lower) {
  if (text.size() != lower.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i)
    if (to_lower(text[i]) != lower[i]) return false;
  return true;
}

// Field names, whatever their case.
constexpr bool same_name(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i)
    if (to_lower(a[i]) != to_lower(b[i])) return false;
  return true;
}

// Field names as pods may read them: CGI, WSGI, and nginx's $http_NAME make '-' and '_' one, whatever their
// case, and some make all other bytes but letters and digits the same.
constexpr bool same_variable_name(std::string_view a, std::string_view b) {
  const auto folded = [](char c) {
    const char lower = to_lower(c);
    return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') ? lower : '_';
  };
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i)
    if (folded(a[i]) != folded(b[i])) return false;
  return true;
}

constexpr bool starts_with_ignoring_case(std::string_view text, std::string_view lower) {
  return text.size() >= lower.size() && equals_ignoring_case(text.substr(0, lower.size()), lower);
}

constexpr std::string_view trim(std::string_view text) {
  while (!text.empty() && is_optional_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_optional_space(text.back())) text.remove_suffix(1);
  return text;
}

// Calls visit(member) for each non-empty member of a comma-separated list (RFC 9110 §5.6.1). Linear. Not for
// lists whose members may hold quoted commas.
template <typename Visit>
constexpr void for_each_member(std::string_view list, Visit&& visit) {
  while (!list.empty()) {
    const std::size_t comma = list.find(',');
    const std::string_view member = trim(list.substr(0, comma));
    if (!member.empty()) visit(member);
    if (comma == std::string_view::npos) return;
    list.remove_prefix(comma + 1);
  }
}

}  // namespace headgate::http
