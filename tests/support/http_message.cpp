// Look-ups in and construction of test messages.
#include "support/http_message.h"

#include <algorithm>
#include <cctype>

namespace headgate::test_support {
namespace {

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

}  // namespace

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

std::optional<std::string> HttpMessage::field(std::string_view name) const {
  for (const auto& [key, value] : fields) {
    if (equal_ignoring_case(key, name)) return value;
  }
  return std::nullopt;
}

std::size_t HttpMessage::count(std::string_view name) const {
  return static_cast<std::size_t>(std::count_if(
      fields.begin(), fields.end(), [&](const auto& f) { return equal_ignoring_case(f.first, name); }));
}

bool HttpMessage::lists(std::string_view name, std::string_view member) const {
  for (const auto& [key, value] : fields) {
    if (!equal_ignoring_case(key, name)) continue;
    std::string_view rest = value;
    while (!rest.empty()) {
      const std::size_t comma = rest.find(',');
      if (equal_ignoring_case(trim(rest.substr(0, comma)), member)) return true;
      rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 1);
    }
  }
  return false;
}

void parse_head(std::string_view head, HttpMessage& message) {
  bool first = true;
  while (!head.empty() || first) {
    const std::size_t end = head.find("\r\n");
    const std::string_view line = head.substr(0, end);
    head = end == std::string_view::npos ? std::string_view() : head.substr(end + 2);
    if (first) {
      message.start_line = line;
      first = false;
      continue;
    }
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) {
      message.fields.emplace_back(line, "");
    } else {
      message.fields.emplace_back(line.substr(0, colon), trim(line.substr(colon + 1)));
    }
  }
}

std::string make_request(std::string_view method, std::string_view host, std::string_view path,
                         std::string_view fields, std::string_view body) {
  std::string text;
  text.append(method).append(" ").append(path).append(" HTTP/1.1\r\nHost: ").append(host).append("\r\n");
  text.append(fields).append("\r\n").append(body);
  return text;
}

}  // namespace headgate::test_support
