#include "router/regex_index.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "http/ascii.h"

namespace headgate::router {
namespace {

using policy::Pattern;

// Not bytes from 0x80 on: RE2, which takes them for Latin-1, ignores the case of some.
bool is_plain(char c) {
  constexpr std::string_view kOthers = "/-_~.,:;@!&='%# ";
  const char lower = http::to_lower(c);
  return (lower >= 'a' && lower <= 'z') || http::is_digit(c) || kOthers.find(c) != std::string_view::npos;
}

// Whether "a|b" may stand outside of all groups, where its second half need not begin like the first. Errs
// towards yes.
bool may_have_alternatives(std::string_view expression) {
  if (expression.find('|') == std::string_view::npos) return false;
  if (expression.find("\\Q") != std::string_view::npos || expression.find("[[") != std::string_view::npos ||
      expression.find("[:") != std::string_view::npos || expression.find("(?#") != std::string_view::npos)
    return true;
  std::size_t depth = 0;
  for (std::size_t i = 0; i < expression.size(); ++i) {
    switch (expression[i]) {
      case '\\':
        ++i;
        break;
      case '[': {  // up to its end; a ']' that stands first is one of the set
        std::size_t at = i + 1;
        if (at < expression.size() && expression[at] == '^') ++at;
        if (at < expression.size() && expression[at] == ']') ++at;
        while (at < expression.size() && expression[at] != ']') at += expression[at] == '\\' ? 2 : 1;
        i = at;
        break;
      }
      case '(':
        ++depth;
        break;
      case ')':
        if (depth == 0) return true;
        --depth;
        break;
      case '|':
        if (depth == 0) return true;
        break;
      default:
        break;
    }
  }
  return false;
}

bool begins_with(std::string_view path, std::string_view plain) {
  if (path.size() < plain.size()) return false;
  for (std::size_t i = 0; i < plain.size(); ++i)
    if (plain[i] != '.' && http::to_lower(plain[i]) != http::to_lower(path[i])) return false;
  return true;
}

}  // namespace

std::size_t plain_prefix(std::string_view expression) {
  if (may_have_alternatives(expression)) return 0;
  std::size_t size = 0;
  while (size < expression.size() && is_plain(expression[size])) ++size;
  if (size == expression.size() || size == 0) return size;
  const char next = expression[size];
  const bool is_counted =
      next == '*' || next == '?' || next == '+' || next == '{';  // the last byte may be missing
  return is_counted ? size - 1 : size;
}

bool may_match(const RegexIndex::Entry& entry, std::string_view path) {
  return begins_with(path, std::string_view(entry.text).substr(0, entry.plain));
}

std::size_t common_elements(const RegexIndex::Entry& entry, std::string_view path) {
  const std::string_view text = std::string_view(entry.text).substr(0, entry.plain);
  const auto size = static_cast<std::size_t>(
      std::mismatch(text.begin(), text.end(), path.begin(), path.end()).first - text.begin());
  if (size == 0 || size == path.size() || path[size] == '/' || path[size - 1] == '/') return size;
  return path.rfind('/', size - 1) + 1;  // 0 where there is none
}

RegexIndex::RegexIndex(std::vector<Entry> entries) : entries_(std::move(entries)) {
  std::stable_sort(entries_.begin(), entries_.end(), [](const Entry& a, const Entry& b) {
    return std::tuple(b.text.size(), std::string_view(b.text)) <
           std::tuple(a.text.size(), std::string_view(a.text));
  });
  for (Entry& entry : entries_)
    entry.plain = entry.pattern.pattern == nullptr ? entry.text.size() : plain_prefix(entry.text);
}

RegexIndex::Found RegexIndex::look(std::string_view path, policy::PatternBudget& budget) const {
  for (const Entry& entry : entries_) {
    if (!may_match(entry, path)) continue;
    const Pattern* const pattern = entry.pattern.pattern.get();
    if (pattern == nullptr) return {entry.route, &entry};
    switch (pattern->find_in(path, nullptr, &budget)) {
      case Pattern::Verdict::yes:
        return {entry.route, &entry};
      case Pattern::Verdict::gave_up:
        return {kNone, &entry};
      case Pattern::Verdict::no:
        break;
    }
  }
  return {};
}

bool RegexIndex::matches(const Entry& entry, std::string_view path) {
  if (!may_match(entry, path)) return false;
  const Pattern* const pattern = entry.pattern.pattern.get();
  return pattern == nullptr || pattern->find_in(path) == Pattern::Verdict::yes;
}

}  // namespace headgate::router
