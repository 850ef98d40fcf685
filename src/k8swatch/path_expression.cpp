#include "k8swatch/path_expression.h"

#include <algorithm>
#include <utility>

#include "base/quoted.h"
#include "router/regex_index.h"

namespace headgate::k8swatch {
namespace {

Result<router::RouteExpression> compile(std::string text) {
  router::RouteExpression expression;
  if (router::plain_prefix(text) != text.size()) {
    auto pattern = policy::Pattern::compile("^" + text, policy::PatternCase::insensitive);
    if (!pattern) return fail(pattern.error().message);
    expression.pattern.pattern = *std::move(pattern);
  }
  expression.text = std::move(text);
  return expression;
}

}  // namespace

bool is_strict_path(std::string_view path) {
  return path.starts_with('/') && std::all_of(path.begin(), path.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
                  c == '_' || c == '-' || c == '/';
         });
}

std::string not_strict(std::string_view path, std::string_view path_type) {
  return quoted(path) + " with pathType " + std::string(path_type) +
         " holds other characters than letters, digits, '.', '_', '-' and '/'; regular expressions are for "
         "ImplementationSpecific (strict-validate-path-type)";
}

Result<router::RouteExpression> parse_path_expression(std::string_view path) {
  if (!path.starts_with('/')) return fail(quoted(path) + " is not a path: it does not begin with '/'");
  if (path.size() > policy::Pattern::kMostBytes)
    return fail(quoted(path) + " is longer than " + std::to_string(policy::Pattern::kMostBytes) +
                " bytes, too long for a regular expression");
  if (std::any_of(path.begin(), path.end(),
                  [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }))
    return fail(quoted(path) + " is not a path: it holds a control byte");
  return compile(std::string(path));
}

NeighbourExpressions neighbour_expressions(const std::string& path, const std::string& match_path,
                                           router::PathType type, bool has_exact) {
  NeighbourExpressions result;
  std::string text = path == match_path ? path : policy::quote_pattern(match_path);
  auto whole = compile(text);
  if (!whole) {
    result.is_quoted = true;
    text = policy::quote_pattern(match_path);
    whole = compile(text);
    if (!whole) return result;  // too long to be quoted and compiled
  }
  if (type == router::PathType::exact || text.ends_with('/')) {
    result.expressions.push_back(*std::move(whole));
    return result;
  }
  if (auto below = compile(text + "/")) result.expressions.push_back(*std::move(below));
  if (!has_exact) result.expressions.push_back(*std::move(whole));
  return result;
}

}  // namespace headgate::k8swatch
