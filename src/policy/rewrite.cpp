#include "policy/rewrite.h"

namespace headgate::policy {
namespace {

// What nginx writes as %XX in a path it has changed.
bool is_escaped(char c) {
  constexpr std::string_view kEscaped = " \"#%<>?\\^`{|}";
  const auto byte = static_cast<unsigned char>(c);
  return byte <= 0x20 || byte >= 0x7f || kEscaped.find(c) != std::string_view::npos;
}

std::string escape_path(std::string_view path) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  out.reserve(path.size());
  for (const char c : path) {
    if (!is_escaped(c)) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += kHex[byte >> 4];
    out += kHex[byte & 15];
  }
  return out;
}

bool has_dot_segment(std::string_view path) {
  while (!path.empty()) {
    path.remove_prefix(1);  // the '/'
    const std::string_view segment = path.substr(0, path.find('/'));
    if (segment == "." || segment == "..") return true;
    path.remove_prefix(segment.size());
  }
  return false;
}

// What the groups of the Route's path matched; nothing where the path has no groups.
Pattern::Captures captures_of(const RequestView& request) {
  Pattern::Captures captures{};
  if (request.pattern != nullptr)
    static_cast<void>(
        request.pattern->find_in(request.target.match_path, &captures));  // it has chosen the Route
  return captures;
}

}  // namespace

void RewritePath::apply(const RequestView& request, RequestEdit& edit) const {
  if (request.path == target.text()) return;
  const Pattern::Captures captures = captures_of(request);
  std::string path = target.expand(request, captures);
  if (!path.starts_with('/')) path.insert(path.begin(), '/');
  if (has_dot_segment(path)) return edit.refuse(400, RejectReason::bad_target);
  edit.path = escape_path(path);
  if (edit.path.size() > kMostBytes) return edit.refuse(414, RejectReason::uri_too_long);
  if (!prefix.empty()) edit.set("X-Forwarded-Prefix", prefix.expand(request, captures));
}

void RewritePath::describe(std::string& out) const {
  out += " rewrite=" + target.text();
  if (!prefix.empty()) out += " x-forwarded-prefix=" + prefix.text();
}

std::optional<Denial> RewriteRedirect::judge(const RequestView& request) const {
  Pattern::Captures captures = captures_of(request);
  std::array<std::string, Pattern::kMostCaptures + 1> escaped;
  for (std::size_t i = 0; i < captures.size(); ++i) {
    escaped[i] = escape_path(captures[i]);
    captures[i] = escaped[i];
  }
  Denial answer;
  answer.status = 302;
  answer.location = target.expand(request, captures);
  answer.location += request.target.query;
  if (answer.location.size() <= RewritePath::kMostBytes) return answer;
  answer = {};
  answer.status = 414;
  answer.reason = RejectReason::uri_too_long;
  return answer;
}

void RewriteRedirect::describe(std::string& out) const { out += " rewrite=302:" + target.text(); }

bool is_redirect_target(std::string_view target) {
  return target.starts_with("http://") || target.starts_with("https://") || target.starts_with("$scheme");
}

}  // namespace headgate::policy
