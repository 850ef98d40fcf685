#include "http/target.h"

#include <cstring>

#include "http/ascii.h"
#include "http/host.h"
#include "http/scan.h"

namespace headgate::http {
namespace {

ParseResult refuse() { return {ParseStatus::refused, {400, RejectReason::bad_target}}; }

// True where the path is its own normal form: no escape, no dot segment, no empty segment, no doubtful byte.
// May say false of a path that is ("/.well-known"): the long way then finds the same path.
bool is_plain(std::string_view path) {
  char before = 'x';
  for (const char c : path) {
    if (!scan::is_visible_ascii(c) || c == '%' || c == '\\' || c == '#') return false;
    if (before == '/' && (c == '/' || c == '.')) return false;
    before = c;
  }
  return true;
}

// One %-decoded byte of a path. `raw` tells how many bytes it was written in: 1, or 3 for an escape.
struct PathByte {
  char value = 0;
  std::size_t raw = 0;  // 0: a bad escape, a control byte or a byte that has no place in a path
};

PathByte path_byte(std::string_view path, std::size_t at) {
  const char c = path[at];
  if (c != '%') return {c, scan::is_visible_ascii(c) && c != '#' ? std::size_t{1} : 0};
  if (path.size() - at < 3) return {};
  const int high = hex_value(path[at + 1]);
  const int low = hex_value(path[at + 2]);
  if (high < 0 || low < 0) return {};
  const char value = static_cast<char>(high * 16 + low);
  return {value, scan::is_field_char(value) && value != '\t' ? std::size_t{3} : 0};
}

enum class Segment : std::uint8_t { plain, dot, dot_dot, refused };

// Judges what stands between two literal slashes. Behind %2F, %5C or '\' begins another segment for some
// reader down the road: no dot segment may hide there.
Segment judge_segment(std::string_view segment) {
  bool divided = false;
  bool dots_only = true;  // in the part since the last divider
  std::size_t length = 0;
  for (std::size_t i = 0; i < segment.size();) {
    const PathByte byte = path_byte(segment, i);
    if (byte.raw == 0) return Segment::refused;
    const bool divider = byte.value == '\\' || (byte.raw == 3 && byte.value == '/');
    const bool is_dot_segment = dots_only && (length == 1 || length == 2);
    if ((divider || (byte.value == ';' && byte.raw == 1)) && is_dot_segment) return Segment::refused;
    if (divider) {
      divided = dots_only = true;
      length = 0;
    } else {
      dots_only = dots_only && byte.value == '.';
      ++length;
    }
    i += byte.raw;
  }
  if (!dots_only || length == 0 || length > 2) return Segment::plain;
  if (divided) return Segment::refused;
  return length == 1 ? Segment::dot : Segment::dot_dot;
}

// Takes the last segment that is not empty off "/a//b/", with the empty ones behind it: "/a//". False: there
// is none.
bool pop_segment(const char* begin, char*& out) {
  while (out != begin + 1 && out[-1] == '/' && out[-2] == '/') --out;
  if (out == begin + 1) return false;
  --out;
  while (out[-1] != '/') --out;
  return true;
}

// Writes the path with its dot segments resolved; returns the end, or null where it is refused. Every other
// byte is the client's.
char* resolve(std::string_view path, char* const begin) {
  char* out = begin;
  *out++ = '/';
  path.remove_prefix(1);
  for (;;) {
    const std::size_t slash = path.find('/');
    const std::string_view segment = path.substr(0, slash);
    const bool last = slash == std::string_view::npos;
    switch (judge_segment(segment)) {
      case Segment::refused:
        return nullptr;
      case Segment::dot:
        break;
      case Segment::dot_dot:
        if (!pop_segment(begin, out)) return nullptr;
        break;
      case Segment::plain:
        std::memcpy(out, segment.data(), segment.size());
        out += segment.size();
        if (!last) *out++ = '/';
        break;
    }
    if (last) return out;
    path.remove_prefix(slash + 1);
  }
}

// %-decodes a resolved path and merges its slashes, %2F among them.
char* decode(std::string_view path, char* out) {
  char before = 'x';
  for (std::size_t i = 0; i < path.size();) {
    const PathByte byte = path_byte(path, i);
    i += byte.raw;
    if (byte.value == '/' && before == '/') continue;
    before = *out++ = byte.value;
  }
  return out;
}

std::string_view view(const char* begin, const char* end) {
  return {begin, static_cast<std::size_t>(end - begin)};
}

bool is_query(std::string_view query) {
  return scan::visible_end(query.data(), query.data() + query.size()) == query.data() + query.size() &&
         query.find('#') == std::string_view::npos;
}

}  // namespace

ParseResult parse_target(Method method, std::string_view target, char* scratch, Target& out) {
  out = Target{};
  if (target.empty()) return refuse();
  if (target == "*") {
    if (method != Method::options) return refuse();
    out.form = TargetForm::asterisk;
    out.match_path = out.forward_path = target;
    return {ParseStatus::complete, {}};
  }
  if (target.front() != '/') {
    for (const std::string_view scheme : {"http://", "https://"}) {
      if (!starts_with_ignoring_case(target, scheme)) continue;
      out.form = TargetForm::absolute;
      target.remove_prefix(scheme.size());
      break;
    }
    if (out.form != TargetForm::absolute) return refuse();
    out.authority = target.substr(0, target.find_first_of("/?"));
    target.remove_prefix(out.authority.size());
    if (split_host(out.authority).host.empty()) return refuse();
  }
  const std::size_t mark = target.find('?');
  const std::string_view path = mark == 0 || target.empty() ? std::string_view("/") : target.substr(0, mark);
  if (mark != std::string_view::npos) out.query = target.substr(mark);
  if (!is_query(out.query)) return refuse();
  if (is_plain(path)) {
    out.match_path = out.forward_path = path;
    return {ParseStatus::complete, {}};
  }
  char* const resolved_end = resolve(path, scratch);
  if (resolved_end == nullptr) return refuse();
  out.forward_path = view(scratch, resolved_end);
  char* const match = scratch + target.size() + 1;
  out.match_path = view(match, decode(out.forward_path, match));
  return {ParseStatus::complete, {}};
}

std::string_view normalise_host(std::string_view value, char* buffer) {
  std::string_view host = split_host(value).host;
  if (!host.empty() && host.back() == '.') host.remove_suffix(1);
  for (std::size_t i = 0; i < host.size(); ++i) buffer[i] = to_lower(host[i]);
  return {buffer, host.size()};
}

}  // namespace headgate::http
