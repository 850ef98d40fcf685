#include "policy/rewrite.h"

#include "base/percent_encoding.h"

namespace headgate::policy {
namespace {

// Servlet containers take what follows a ';' off a segment before they resolve it.
bool has_dot_segment(std::string_view path) {
  while (!path.empty()) {
    path.remove_prefix(1);  // the '/'
    const std::string_view segment = path.substr(0, path.find('/'));
    const std::string_view name = segment.substr(0, segment.find(';'));
    if (name == "." || name == "..") return true;
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
  edit.path = percent_encoded(path, kPathBytes);
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
    escaped[i] = percent_encoded(captures[i], kPathBytes);
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
