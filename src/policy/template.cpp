#include "policy/template.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/percent_encoding.h"
#include "base/quoted.h"
#include "http/ascii.h"

namespace headgate::policy {
namespace {

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

// What reaches nobody behind us does not count: what is decided by a text must be what they see. Fields about
// the hop and about forwarding do, which never reach anybody as the client wrote them.
bool counts(const http::Field& field) {
  return !field.drop || (field.id >= http::FieldId::host && field.id <= http::FieldId::ssl_client);
}

// Of a field that was sent more than once all values, as if in one list (RFC 9110 §5.3).
void append_field(std::string& out, const RequestView& request, std::string_view name) {
  if (http::same_variable_name(name, "host")) {
    out += request.host_as_sent;
    return;
  }
  bool is_first = true;
  for (const http::Field& field : request.head.fields) {
    if (!counts(field) || !http::same_variable_name(name, field.name)) continue;
    if (!std::exchange(is_first, false)) out += ", ";
    out += field.value;
  }
}

std::string_view without_question_mark(std::string_view query) {
  return query.empty() ? query : query.substr(1);
}

std::string_view argument_value(std::string_view query, std::string_view name) {
  query = without_question_mark(query);
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view pair = query.substr(0, end);
    const std::size_t equals = pair.find('=');
    if (equals != std::string_view::npos && http::same_name(pair.substr(0, equals), name))
      return pair.substr(equals + 1);
    query.remove_prefix(std::min(end + 1, query.size()));
  }
  return {};
}

template <typename Visit>
void for_each_cookie(const http::FieldList& fields, std::string_view name, Visit visit) {
  for (const http::Field& field : fields) {
    if (!counts(field) || !http::same_name(field.name, "cookie")) continue;
    std::string_view rest = field.value;
    while (!rest.empty()) {
      const std::size_t end = std::min(rest.find(';'), rest.size());
      const std::string_view pair = http::trim(rest.substr(0, end));
      if (pair.size() > name.size() && pair[name.size()] == '=' && pair.starts_with(name))
        visit(pair.substr(name.size() + 1));
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
  }
}

// All of that name: which one counts behind us is not known here.
void append_cookies(std::string& out, const http::FieldList& fields, std::string_view name) {
  bool is_first = true;
  for_each_cookie(fields, name, [&](std::string_view value) {
    if (!std::exchange(is_first, false)) out += ", ";
    out += value;
  });
}

}  // namespace

std::string_view cookie_value(const http::FieldList& fields, std::string_view name) {
  std::string_view first;
  bool is_first = true;
  for_each_cookie(fields, name, [&](std::string_view value) {
    if (std::exchange(is_first, false)) first = value;
  });
  return first;
}

Template::Variable Template::find(std::string_view name, std::string& argument) {
  struct Named {
    std::string_view name;
    Variable variable;
  };
  static constexpr std::array kNamed = {
      Named{"request_uri", Variable::request_uri},
      Named{"escaped_request_uri", Variable::escaped_request_uri},
      Named{"uri", Variable::uri},
      Named{"args", Variable::args},
      Named{"query_string", Variable::args},
      Named{"host", Variable::host},
      Named{"http_host", Variable::http_host},
      Named{"best_http_host", Variable::best_http_host},
      Named{"server_name", Variable::server_name},
      Named{"server_port", Variable::server_port},
      Named{"pass_port", Variable::server_port},
      Named{"scheme", Variable::scheme},
      Named{"pass_access_scheme", Variable::scheme},
      Named{"https", Variable::https},
      Named{"request_method", Variable::request_method},
      Named{"server_protocol", Variable::server_protocol},
      Named{"remote_addr", Variable::remote_addr},
      Named{"the_real_ip", Variable::remote_addr},
      Named{"binary_remote_addr", Variable::remote_addr},  // as good a key
      Named{"request_id", Variable::request_id},
      Named{"req_id", Variable::request_id},
      Named{"namespace", Variable::namespace_name},
      Named{"ingress_name", Variable::ingress_name},
      Named{"service_name", Variable::service_name},
      Named{"service_port", Variable::service_port},
      Named{"location_path", Variable::location_path},
      Named{"proxy_upstream_name", Variable::upstream_name},
      Named{"opentelemetry_trace_id", Variable::trace_id},
      Named{"opentelemetry_span_id", Variable::span_id},
  };
  for (const Named& each : kNamed)
    if (each.name == name) return each.variable;
  struct Family {
    std::string_view prefix;
    Variable variable;
  };
  static constexpr std::array kFamilies = {Family{"arg_", Variable::arg}, Family{"cookie_", Variable::cookie},
                                           Family{"http_", Variable::field}};
  for (const Family& each : kFamilies) {
    if (name.size() <= each.prefix.size() || !name.starts_with(each.prefix)) continue;
    argument = name.substr(each.prefix.size());
    return each.variable;
  }
  return Variable::nothing;
}

Template Template::literal(std::string_view text) {
  Template result;
  result.text_ = text;
  if (!text.empty()) result.parts_.push_back({Variable::literal, std::string(text)});
  return result;
}

Result<Template> Template::parse(std::string_view text) {
  Template result;
  result.text_ = text;
  std::string literal;
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] != '$') {
      literal += text[at++];
      continue;
    }
    const bool braced = at + 1 < text.size() && text[at + 1] == '{';
    const std::size_t begin = at + (braced ? 2 : 1);
    std::size_t end = begin;
    while (end < text.size() && is_name_character(text[end])) ++end;
    const std::string_view name = text.substr(begin, end - begin);
    if (braced && (end == text.size() || text[end] != '}'))
      return fail("\"${\" without its \"}\" in " + quoted(text));
    if (name.empty()) return fail("a \"$\" that names no variable in " + quoted(text));
    if (!literal.empty()) result.parts_.push_back({Variable::literal, std::exchange(literal, {})});
    Part part;
    part.variable = find(name, part.text);
    if (part.variable == Variable::nothing)
      return fail("the variable " + quoted("$" + std::string(name)) + " is not known");
    result.parts_.push_back(std::move(part));
    at = end + (braced ? 1 : 0);
  }
  if (!literal.empty()) result.parts_.push_back({Variable::literal, std::move(literal)});
  return result;
}

bool Template::has_variables() const {
  return std::any_of(parts_.begin(), parts_.end(),
                     [](const Part& part) { return part.variable != Variable::literal; });
}

std::string Template::expand(const RequestView& request) const {
  std::string out;
  append_to(out, request);
  return out;
}

void Template::append_to(std::string& out, const RequestView& request) const {
  for (const Part& part : parts_) append_part(out, part, request);
}

void Template::append_part(std::string& out, const Part& part, const RequestView& request) {
  switch (part.variable) {
    case Variable::literal:
      out += part.text;
      break;
    case Variable::request_uri:
      out += request.target.forward_path;
      out += request.target.query;
      break;
    case Variable::escaped_request_uri:
      append_percent_encoded(out, request.target.forward_path, kUnreservedBytes);
      append_percent_encoded(out, request.target.query, kUnreservedBytes);
      break;
    case Variable::uri:
      out += request.target.match_path;
      break;
    case Variable::args:
      out += without_question_mark(request.target.query);
      break;
    case Variable::arg:
      out += argument_value(request.target.query, part.text);
      break;
    case Variable::cookie:
      append_cookies(out, request.head.fields, part.text);
      break;
    case Variable::field:
      append_field(out, request, part.text);
      break;
    case Variable::host:
      out += request.host.empty() ? request.server_name : request.host;
      break;
    case Variable::best_http_host:
      out += request.public_host;
      break;
    case Variable::http_host:
      out += request.host_as_sent;
      break;
    case Variable::server_name:
      out += request.server_name;
      break;
    case Variable::server_port:
      out += request.port;
      break;
    case Variable::scheme:
      out += request.scheme;
      break;
    case Variable::https:
      out += request.is_https() ? "on" : "";
      break;
    case Variable::request_method:
      out += request.head.method_text;
      break;
    case Variable::server_protocol:
      out += request.head.minor_version == 0 ? "HTTP/1.0" : "HTTP/1.1";
      break;
    case Variable::remote_addr:
      out += request.remote_ip;
      break;
    case Variable::request_id:
      out += request.request_id;
      break;
    case Variable::namespace_name:
      out += request.namespace_name;
      break;
    case Variable::ingress_name:
      out += request.ingress;
      break;
    case Variable::service_name:
      out += request.service;
      break;
    case Variable::service_port:
      out += request.service_port;
      break;
    case Variable::location_path:
      out += request.path;
      break;
    case Variable::upstream_name:
      out += request.upstream_name;
      break;
    case Variable::trace_id:
      out += request.trace_id;
      break;
    case Variable::span_id:
      out += request.span_id;
      break;
    case Variable::nothing:
      break;
  }
}

}  // namespace headgate::policy
