#include "policy/cors.h"

#include <algorithm>
#include <utility>

#include "base/quoted.h"
#include "http/ascii.h"

namespace headgate::policy {
namespace {

constexpr std::string_view kOriginField = "Access-Control-Allow-Origin";
constexpr std::string_view kNoOrigin = "null";  // of opaque origins (RFC 6454 §6.2)

// A pod must not say more than we do: all of them go where ours come.
const std::vector<std::string>& replaced_names() {
  static const std::vector<std::string> kNames = {
      "Access-Control-Allow-Origin",  "Access-Control-Allow-Credentials", "Access-Control-Allow-Methods",
      "Access-Control-Allow-Headers", "Access-Control-Expose-Headers",    "Access-Control-Max-Age"};
  return kNames;
}

bool is_label_byte(char c) {
  const char lower = http::to_lower(c);
  return (lower >= 'a' && lower <= 'z') || http::is_digit(c) || c == '-';
}

bool is_scheme(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(),
                                      [](char c) { return is_label_byte(c) || c == '+' || c == '.'; });
}

bool is_port(std::string_view text) {
  return !text.empty() && text.size() <= 5 && std::all_of(text.begin(), text.end(), http::is_digit);
}

// Of a name, and a port behind it.
constexpr std::size_t kMostHostBytes = 253 + 6;

bool is_host(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return is_label_byte(c) || c == '.'; });
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ").append(value).append("\r\n");
}

// The one Origin of the request; empty: none, or several, which is none to trust.
std::string_view origin_of(const RequestView& request) {
  std::string_view origin;
  bool found = false;
  for (const http::Field& field : request.head.fields) {
    if (field.id != http::FieldId::other || !http::equals_ignoring_case(field.name, "origin")) continue;
    if (found) return {};
    found = true;
    origin = field.value;
  }
  return origin;
}

}  // namespace

Result<OriginPattern> OriginPattern::parse(std::string_view text) {
  OriginPattern pattern;
  pattern.text = text;
  std::transform(text.begin(), text.end(), pattern.text.begin(), http::to_lower);
  if (pattern.text == kNoOrigin) return pattern;
  const std::size_t colon = text.find("://");
  if (colon == std::string_view::npos || !is_scheme(text.substr(0, colon)))
    return fail(quoted(text) + " has no scheme (like https://)");
  std::string_view rest = text.substr(colon + 3);
  if (rest.starts_with("*.")) {
    pattern.wildcard = colon + 3;
    rest.remove_prefix(2);
  }
  const std::size_t port = rest.find(':');
  const bool good = rest.size() <= kMostHostBytes && is_host(rest.substr(0, port)) &&
                    (port == std::string_view::npos || is_port(rest.substr(port + 1)));
  if (!good) return fail(quoted(text) + " is no origin (like https://*.example.com:8443)");
  return pattern;
}

bool OriginPattern::matches(std::string_view origin) const {
  if (wildcard == 0) return http::equals_ignoring_case(origin, text);
  const std::string_view pattern = text;
  if (!http::starts_with_ignoring_case(origin, pattern.substr(0, wildcard))) return false;
  origin.remove_prefix(wildcard);
  const auto label_end = std::find_if_not(origin.begin(), origin.end(), is_label_byte);
  if (label_end == origin.begin()) return false;
  origin.remove_prefix(static_cast<std::size_t>(label_end - origin.begin()));
  return http::equals_ignoring_case(origin, pattern.substr(wildcard + 1));
}

Cors::Cors(CorsRules rules) : rules_(std::move(rules)) {
  if (rules_.any_origin) append_field(lines_, kOriginField, "*");
  if (rules_.credentials) append_field(lines_, "Access-Control-Allow-Credentials", "true");
  append_field(lines_, "Access-Control-Allow-Methods", rules_.methods);
  append_field(lines_, "Access-Control-Allow-Headers", rules_.headers);
  if (!rules_.expose.empty()) append_field(lines_, "Access-Control-Expose-Headers", rules_.expose);
  append_field(lines_, "Access-Control-Max-Age", rules_.max_age);
}

bool Cors::lets_in(const RequestView& request) const {
  if (rules_.any_origin) return true;
  const std::string_view origin = origin_of(request);
  return !origin.empty() && std::any_of(rules_.origins.begin(), rules_.origins.end(),
                                        [&](const OriginPattern& each) { return each.matches(origin); });
}

void Cors::apply(const RequestView& request, AnswerFields& answer) const {
  // Without it a cache would give one origin the answer for another, whichever came first.
  if (!rules_.any_origin) answer.add("Vary", "Origin");
  if (!lets_in(request)) return;
  if (!rules_.any_origin) answer.set(kOriginField, origin_of(request));
  answer.set_lines(lines_, replaced_names());
}

void Cors::describe(std::string& out) const {
  out += " cors=";
  if (rules_.any_origin) out += "*";
  if (!rules_.any_origin && rules_.origins.empty()) out += "nobody";
  for (std::size_t i = 0; i < rules_.origins.size(); ++i)
    out.append(i == 0 ? "" : ",").append(rules_.origins[i].text);
  const auto add = [&out](std::string_view name, const std::string& value) {
    out.append(" cors-").append(name).append("='").append(value).append("'");
  };
  add("methods", rules_.methods);
  add("headers", rules_.headers);
  if (!rules_.expose.empty()) add("expose", rules_.expose);
  add("max-age", rules_.max_age);
  if (rules_.credentials) out += " cors-credentials";
}

std::optional<Denial> CorsPreflight::judge(const RequestView& request) const {
  if (request.head.method != http::Method::options || !cors.lets_in(request)) return std::nullopt;
  Denial answer;
  answer.status = 204;
  // As ingress-nginx writes them, both although there is no content.
  answer.extra_fields = "Content-Type: text/plain charset=UTF-8\r\nContent-Length: 0\r\n";
  return answer;
}

}  // namespace headgate::policy
