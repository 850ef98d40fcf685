#include "policy/external_auth.h"

#include <algorithm>

#include "base/percent_encoding.h"
#include "http/ascii.h"
#include "http/trace_context.h"

namespace headgate::policy {
namespace {

constexpr std::string_view kOriginalUrl = "X-Original-URL";
constexpr std::string_view kSentFrom = "X-Sent-From";
constexpr std::string_view kRedirect = "X-Auth-Request-Redirect";
constexpr std::string_view kSetCookie = "Set-Cookie";
constexpr std::string_view kWwwAuthenticate = "WWW-Authenticate";

void add_line(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ").append(value).append("\r\n");
}

std::string request_uri(const RequestView& request) {
  return std::string(request.target.forward_path) + std::string(request.target.query);
}

std::string original_url(const RequestView& request) {
  std::string url;
  url.append(request.scheme).append("://").append(request.host_as_sent);
  return url.append(request_uri(request));
}

void append_all(std::string& out, const SubrequestAnswer& answer, std::string_view name) {
  answer.for_each(name, [&](std::string_view value) { add_line(out, name, value); });
}

bool forbids_keeping(const SubrequestAnswer& answer) {
  if (answer.has(kSetCookie) || answer.has("Vary")) return true;
  bool forbidden = false;
  answer.for_each("Cache-Control", [&](std::string_view value) {
    http::for_each_member(value, [&](std::string_view member) {
      const std::string_view directive = member.substr(0, member.find('='));
      for (const std::string_view each : {"no-store", "no-cache", "private"})
        if (http::same_name(directive, each)) forbidden = true;
    });
  });
  return forbidden;
}

}  // namespace

std::string ExternalAuth::request_text(const RequestView& request, std::string_view more_lines,
                                       std::string_view trace_line) const {
  const auto is_set = [this](std::string_view name) {
    return std::any_of(set_fields.begin(), set_fields.end(),
                       [name](const SetField& each) { return http::same_variable_name(each.name, name); });
  };
  const std::optional<std::string> asked = target.expand_target(request);
  if (!asked) return {};
  std::string text(method_text());
  text += ' ';
  text += *asked;
  text += " HTTP/1.1\r\n";
  const auto add = [&](std::string_view name, std::string_view value) {
    if (!is_set(name)) add_line(text, name, value);
  };
  add("Host", authority);
  add(kOriginalUrl, original_url(request));
  add("X-Original-Method", request.head.method_text);
  add(kSentFrom, "nginx-ingress-controller");
  add("X-Real-IP", request.remote_ip);
  add("X-Forwarded-For", request.remote_ip);
  add(kRedirect,
      percent_encoded(redirect.empty() ? request_uri(request) : redirect.expand(request), kTargetBytes));
  add("X-Request-ID", request.request_id);
  if (!method.empty()) {
    add("X-Original-URI", request_uri(request));
    add("X-Scheme", request.scheme);
  }
  text += more_lines;
  if (!is_set(http::kTraceparent)) text += trace_line;
  for (const SetField& field : set_fields) add_line(text, field.name, field.value.expand(request));
  // What a client says of forwarding has been marked before; these names are of no other use.
  for (const http::Field& field : request.head.fields)
    if (!field.drop && !http::same_name(field.name, kSentFrom) && !http::same_name(field.name, kRedirect))
      add(field.name, field.value);
  return text += "\r\n";
}

std::variant<AuthGrant, Denial> ExternalAuth::decide(const SubrequestAnswer& answer,
                                                     const RequestView& request) const {
  if (answer.status >= 200 && answer.status <= 299) {
    AuthGrant grant;
    grant.replaced = response_fields;
    for (const std::string& name : response_fields) append_all(grant.lines, answer, name);
    append_all(grant.cookies, answer, kSetCookie);
    grant.always_cookies = always_cookies;
    return grant;
  }
  Denial denial;
  denial.reason = RejectReason::external_auth;
  denial.status = answer.status;
  if (answer.status == 401 && !signin.empty()) {
    denial.status = 302;
    denial.location = percent_encoded(signin.expand(request), kTargetBytes);
    if (!signin_parameter.empty()) {
      denial.location.append(signin_parameter).append(request.scheme).append("://");
      denial.location.append(request.host_as_sent);
      append_percent_encoded(denial.location, request_uri(request), kUnreservedBytes);
    }
    append_all(denial.extra_fields, answer, kSetCookie);
    return denial;
  }
  if (answer.status == 401) {
    append_all(denial.extra_fields, answer, kWwwAuthenticate);
  } else if (answer.status != 403) {
    denial.status = 500;
    denial.reason = RejectReason::external_auth_error;
  }
  if (always_cookies) append_all(denial.extra_fields, answer, kSetCookie);
  return denial;
}

std::string ExternalAuth::cache_name(const RequestView& request) const {
  if (cache_key.empty()) return {};
  const std::string key = cache_key.expand(request);
  // Who shows nothing that tells one client from another shares no answer with anybody.
  if (key.empty()) return {};
  std::string name;
  for (const std::string_view part :
       {request.server_name, request.namespace_name, request.ingress, request.path, std::string_view(url)})
    name.append(part).push_back('\n');
  return name += key;
}

std::optional<std::chrono::seconds> ExternalAuth::cache_time(const SubrequestAnswer& answer) const {
  if (answer.status == 0 || forbids_keeping(answer)) return std::nullopt;
  for (const CacheTime& each : cache_times)
    if ((each.status == 0 || each.status == answer.status) && each.time.count() > 0) return each.time;
  return std::nullopt;
}

void ExternalAuth::describe(std::string& out) const {
  out += " auth=" + url;
  if (!method.empty()) out += " auth-method=" + method;
  if (!signin.empty()) out += " auth-signin=" + signin.text() + signin_parameter;
  if (!redirect.empty()) out += " auth-redirect=" + redirect.text();
  for (const std::string& name : response_fields) out += " auth-field=" + name;
  for (const SetField& field : set_fields) out += " auth-set=" + field.name + ":" + field.value.text();
  if (always_cookies) out += " auth-always-set-cookie";
  if (cache_key.empty()) return;
  out += " auth-cache=" + cache_key.text();
  for (const CacheTime& each : cache_times)
    out += "," + (each.status == 0 ? "any" : std::to_string(each.status)) + "=" +
           std::to_string(each.time.count()) + "s";
}

}  // namespace headgate::policy
