// Request targets and hosts: what is matched, policed and forwarded is one path, and stays that path when the
// next hop reads it.
#include <cstddef>
#include <cstdint>
#include <string>

#include "fuzz/check.h"
#include "fuzz/input.h"
#include "http/host.h"
#include "http/scan.h"
#include "http/target.h"

using namespace headgate;
using namespace headgate::fuzz;

namespace {

bool has_dot_segment(std::string_view path, std::string_view dividers) {
  while (!path.empty()) {
    const std::size_t end = path.find_first_of(dividers);
    const std::string_view segment = path.substr(0, end);
    if (segment == "." || segment == "..") return true;
    if (end == std::string_view::npos) break;
    path.remove_prefix(end + 1);
  }
  return false;
}

void check_target(http::Method method, std::string_view text) {
  const Input input(text);
  Input scratch(std::string(2 * text.size() + 2, '\0'));
  http::Target target;
  const http::ParseResult parsed = http::parse_target(method, input.view(), scratch.data(), target);
  if (parsed.status == http::ParseStatus::refused) {
    FUZZ_CHECK(parsed.refusal.status == 400 && parsed.refusal.reason == RejectReason::bad_target);
    return;
  }
  FUZZ_CHECK(parsed.status == http::ParseStatus::complete);
  if (target.form == http::TargetForm::asterisk) {
    FUZZ_CHECK(text == "*" && method == http::Method::options);
    return;
  }
  FUZZ_CHECK(target.match_path.starts_with('/') && target.forward_path.starts_with('/'));
  FUZZ_CHECK(target.query.empty() || (target.query.front() == '?' && input.owns(target.query)));
  FUZZ_CHECK((target.form == http::TargetForm::absolute) == !target.authority.empty());
  FUZZ_CHECK(target.match_path.find("//") == std::string_view::npos);
  FUZZ_CHECK(!has_dot_segment(target.match_path, "/\\") && !has_dot_segment(target.forward_path, "/\\"));
  for (const char c : target.match_path) FUZZ_CHECK(http::scan::is_field_char(c) && c != '\t');
  for (const char c : target.forward_path)
    FUZZ_CHECK(http::scan::is_visible_ascii(c) && c != '?' && c != '#');

  const std::string again = std::string(target.forward_path) + std::string(target.query);
  std::string again_scratch(2 * again.size() + 2, '\0');
  http::Target second;
  FUZZ_CHECK(http::parse_target(method, again, again_scratch.data(), second).status ==
             http::ParseStatus::complete);
  FUZZ_CHECK(second.match_path == target.match_path);
  FUZZ_CHECK(second.forward_path == target.forward_path);
  FUZZ_CHECK(second.query == target.query);
}

void check_host(std::string_view text) {
  const Input input(text);
  Input buffer(std::string(text.size(), '\0'));
  const std::string_view host = http::normalise_host(input.view(), buffer.data());
  FUZZ_CHECK(host.empty() == http::split_host(input.view()).host.empty());
  std::string again_buffer(host.size(), '\0');
  FUZZ_CHECK(http::normalise_host(host, again_buffer.data()) == host);
  for (const char c : host) FUZZ_CHECK(http::scan::is_visible_ascii(c) && !(c >= 'A' && c <= 'Z'));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (size > 4096) return 0;
  check_target(http::Method::get, text);
  check_target(http::Method::options, text);
  check_target(http::Method::get, "/" + std::string(text));
  check_host(text);
  return 0;
}
