// Expressions of tenants: what the index passes over unread would not have matched; a rewritten path is a
// path, in bounds and without a way out. Lines: the path of an Ingress, its rewrite-target, a request's
// target.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "fuzz/check.h"
#include "http/target.h"
#include "policy/rewrite.h"
#include "router/regex_index.h"

using namespace headgate;

namespace {

std::string_view take_line(std::string_view& rest) {
  const std::string_view line = rest.substr(0, rest.find('\n'));
  rest.remove_prefix(std::min(line.size() + 1, rest.size()));
  return line;
}

bool is_path_byte(char c) {
  constexpr std::string_view kNever = "\"#<>?\\^`{|}";
  return static_cast<unsigned char>(c) > 0x20 && static_cast<unsigned char>(c) < 0x7f &&
         kNever.find(c) == std::string_view::npos;
}

void check_index(const std::string& text, const std::shared_ptr<const policy::Pattern>& pattern,
                 std::string_view path) {
  const auto verdict = pattern->find_in(path);
  const router::RegexIndex index({{text, {pattern}, 0}});
  FUZZ_CHECK(router::RegexIndex::matches(index.entries()[0], path) ==
             (verdict == policy::Pattern::Verdict::yes));
  // Text that is plain to its end is never run.
  if (router::plain_prefix(text) == text.size()) {
    const router::RegexIndex plain({{text, {}, 0}});
    FUZZ_CHECK((plain.find(path) == 0) == (verdict == policy::Pattern::Verdict::yes));
  }
}

void check_rewrite(const policy::CaptureTemplate& target, const policy::RequestView& request,
                   http::FieldList& fields) {
  policy::RequestEdit edit{fields};
  policy::RewritePath{target, {}}.apply(request, edit);
  if (edit.refused_status != 0 || edit.path.empty()) return;
  FUZZ_CHECK(edit.path.starts_with('/') && edit.path.size() <= policy::RewritePath::kMostBytes);
  for (const char c : edit.path) FUZZ_CHECK(is_path_byte(c));
  FUZZ_CHECK((edit.path + "/").find("/../") == std::string::npos);
  FUZZ_CHECK((edit.path + "/").find("/./") == std::string::npos);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest(reinterpret_cast<const char*>(data), std::min<std::size_t>(size, 4096));
  const std::string text(take_line(rest));
  const std::string_view target_text = take_line(rest);
  const std::string_view asked = take_line(rest);

  http::RequestHead head;
  http::RequestFacts facts;
  http::Target target;
  std::string scratch(2 * asked.size() + 2, '\0');
  if (http::parse_target(http::Method::get, asked, scratch.data(), target).status !=
      http::ParseStatus::complete)
    return 0;
  const auto pattern = policy::Pattern::compile("^" + text, policy::PatternCase::insensitive);
  if (!pattern) return 0;
  check_index(text, *pattern, target.match_path);
  const auto wanted = policy::CaptureTemplate::parse(target_text);
  if (!wanted) return 0;
  policy::RequestView request{head, facts, target};
  request.path = text;
  request.pattern = pattern->get();
  check_rewrite(*wanted, request, head.fields);
  return 0;
}
