#include "observe/log_format.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/quoted.h"

namespace headgate::observe {
namespace {

// A number, a time, or one value of each of four tries with separators and an address.
constexpr std::size_t kBoundedValue = 4 * 80;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

bool is_name_character(char c) {
  return (lower(c) >= 'a' && lower(c) <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

std::string lowered(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(), lower);
  return result;
}

// In nginx's configuration the format is a text in quotes.
std::string without_backslashes(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      result += text[i];
      continue;
    }
    switch (const char next = text[++i]) {
      case '"':
      case '\'':
      case '\\':
        result += next;
        break;
      case 't':
        result += '\t';
        break;
      case 'r':
        result += '\r';
        break;
      case 'n':
        result += '\n';
        break;
      default:
        result += '\\';
        result += next;
    }
  }
  return result;
}

std::string host_name() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? lowered(name.data()) : std::string();
}

}  // namespace

Result<LogFormat> LogFormat::parse(std::string_view text, LogEscape escape, Kind kind) {
  if (text.size() > kMostText)
    return fail("has " + std::to_string(text.size()) + " bytes; a log format has at most " +
                std::to_string(kMostText));
  LogFormat format;
  format.text_ = text;
  format.escape_ = escape;
  // What a YAML block ("|") ends with would be an empty line behind each line of the log.
  while (text.ends_with('\n') || text.ends_with('\r')) text.remove_suffix(1);
  const std::string plain = without_backslashes(text);
  std::string literal;
  for (std::size_t at = 0; at < plain.size();) {
    if (plain[at] != '$') {
      literal += plain[at++];
      continue;
    }
    const bool braced = at + 1 < plain.size() && plain[at + 1] == '{';
    const std::size_t begin = at + (braced ? 2 : 1);
    std::size_t end = begin;
    while (end < plain.size() && is_name_character(plain[end])) ++end;
    const std::string name = lowered(std::string_view(plain).substr(begin, end - begin));
    if (braced && (end == plain.size() || plain[end] != '}'))
      return fail("'${' without its '}' in " + quoted(std::string_view(plain).substr(at)));
    if (name.empty()) return fail("a '$' that names no variable in " + quoted(plain.substr(at)));
    if (Result<void> added = format.add(name, std::exchange(literal, {}), kind); !added)
      return fail(added.error().message);
    at = end + (braced ? 1 : 0);
  }
  format.tail_ = literal + '\n';
  format.fixed_ += format.tail_.size();
  return format;
}

Result<void> LogFormat::add(std::string_view name, std::string literal, Kind kind) {
  using From = LogCapture::From;
  struct Family {
    std::string_view prefix;
    From from;
  };
  static constexpr std::array kFamilies = {
      Family{"http_", From::request_field}, Family{"cookie_", From::cookie},
      Family{"sent_http_", From::answer_field}, Family{"upstream_http_", From::upstream_field}};
  if (parts_.size() == kMostVariables)
    return fail("names more than " + std::to_string(kMostVariables) + " variables");
  Part part;
  part.literal = std::move(literal);
  fixed_ += part.literal.size() + kBoundedValue;
  const auto known = kind == Kind::http ? find_http_log_variable(name) : find_stream_log_variable(name);
  if (known) {
    part.variable = *known;
    if (*known == LogVariable::hostname || *known == LogVariable::pid) {
      part.name = *known == LogVariable::pid ? std::to_string(::getpid()) : host_name();
      fixed_ += part.name.size();
    }
  } else if (kind == Kind::http && name.starts_with("arg_") && name.size() > 4) {
    part.variable = LogVariable::arg;
    part.name = name.substr(4);
  } else if (kind == Kind::http) {
    for (const Family& each : kFamilies)
      if (name.starts_with(each.prefix) && name.size() > each.prefix.size())
        add_capture(part, {each.from, std::string(name.substr(each.prefix.size()))});
  }
  if (!known && part.variable == LogVariable::nothing)
    return fail("the variable " + quoted("$" + std::string(name)) + " is not known here");
  named_.set(static_cast<std::size_t>(part.variable));
  parts_.push_back(std::move(part));
  return {};
}

void LogFormat::add_capture(Part& part, LogCapture capture) {
  part.variable = LogVariable::captured;
  const auto at = std::find(captures_.begin(), captures_.end(), capture);
  part.capture = static_cast<std::uint16_t>(at - captures_.begin());
  if (at == captures_.end()) captures_.push_back(std::move(capture));
}

}  // namespace headgate::observe
