// Template::expand_target(): values of clients in the targets of requests that Headgate makes itself.
#include "base/percent_encoding.h"
#include "http/ascii.h"
#include "policy/template.h"

namespace headgate::policy {
namespace {

bool is_escape(std::string_view text, std::size_t at) {
  return text.size() - at >= 3 && http::hex_value(text[at + 1]) >= 0 && http::hex_value(text[at + 2]) >= 0;
}

// What of a value may stand for itself: none of `reserved`. `is_encoded`: its escapes are kept.
void append_value(std::string& out, std::string_view value, std::string_view reserved, bool is_encoded) {
  for (std::size_t i = 0; i < value.size(); ++i) {
    const char c = value[i];
    const bool is_kept =
        c == '%' ? is_encoded && is_escape(value, i) : reserved.find(c) == std::string_view::npos;
    if (is_kept) {
      out += c;
    } else {
      out += '%';
      append_hex(out, c);
    }
  }
}

// For readers that decode a path before they divide it, too.
bool has_dot_segment(std::string_view path) {
  std::size_t dots = 0;
  bool dots_only = true;
  const auto ends = [&] { return dots_only && (dots == 1 || dots == 2); };
  for (std::size_t i = 0; i < path.size(); ++i) {
    char c = path[i];
    if (c == '%' && is_escape(path, i)) {
      c = static_cast<char>(http::hex_value(path[i + 1]) * 16 + http::hex_value(path[i + 2]));
      i += 2;
    }
    if (c == '/' || c == '\\' || c == ';') {
      if (ends()) return true;
      dots = 0;
      dots_only = c != ';';
    } else if (c == '.') {
      ++dots;
    } else {
      dots_only = false;
    }
  }
  return ends();
}

}  // namespace

std::optional<std::string> Template::expand_target(const RequestView& request) const {
  std::string out;
  bool in_query = false;
  bool may_climb = false;  // some value may hold a dot segment
  std::string value;
  for (const Part& part : parts_) {
    value.clear();
    append_part(value, part, request);
    switch (part.variable) {
      case Variable::literal:
        out += value;
        break;
      case Variable::request_uri:  // encoded, and without dot segments
        if (in_query)
          append_value(out, value, "&#", true);
        else
          out += value;
        break;
      case Variable::args:
        append_value(out, value, in_query ? "#" : "?#/\\", true);
        may_climb = may_climb || !in_query;
        break;
      case Variable::uri:  // decoded
      case Variable::location_path:
        append_value(out, value, in_query ? "&#+" : "?#\\", false);
        may_climb = may_climb || !in_query;
        break;
      default:
        append_value(out, value, in_query ? "&#;" : "?#/\\;", true);
        may_climb = may_climb || !in_query;
        break;
    }
    in_query = in_query || out.find('?') != std::string::npos;
  }
  if (may_climb && has_dot_segment(std::string_view(out).substr(0, out.find('?')))) return std::nullopt;
  return percent_encoded(out, kTargetBytes);
}

}  // namespace headgate::policy
