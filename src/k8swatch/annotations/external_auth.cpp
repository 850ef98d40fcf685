#include "k8swatch/annotations/external_auth.h"

#include <algorithm>
#include <array>
#include <string>

#include "base/quoted.h"
#include "k8swatch/annotations/numbers.h"
#include "k8swatch/annotations/rows.h"
#include "k8swatch/annotations/values.h"

namespace headgate::k8swatch {
namespace {

constexpr std::string_view kUrlCharacters = "-._~/:,?&= $";
constexpr std::uint64_t kMostCount = 1000000;

// ingress-nginx's URLWithVars.
Result<void> check_url(std::string_view value) {
  if (!is_made_of(value, kUrlCharacters))
    return fail(quoted(value) + " has other characters than letters, digits and " +
                std::string(kUrlCharacters));
  return {};
}

Result<void> check_method(std::string_view value) {
  constexpr std::array<std::string_view, 9> kMethods = {"GET",    "HEAD",    "POST",    "PUT",  "PATCH",
                                                        "DELETE", "CONNECT", "OPTIONS", "TRACE"};
  if (std::find(kMethods.begin(), kMethods.end(), value) == kMethods.end())
    return fail(quoted(value) + " is no method");
  return {};
}

Result<void> check_parameter(std::string_view value) {
  if (!is_made_of(value, "-_.~")) return fail(quoted(value) + " is no name of a parameter");
  return {};
}

Result<void> check_cache_key(std::string_view value) {
  if (!is_made_of(value, "-_${}")) return fail(quoted(value) + " is not made of variables");
  return {};
}

Result<void> check_durations(std::string_view value) {
  if (!is_made_of(value, ", ")) return fail(quoted(value) + " is no list of statuses and times");
  return {};
}

constexpr std::string_view kUrl = "a URL; variables of nginx may stand in its path and query";
constexpr std::string_view kKept =
    "No effect: connections to auth services are kept as those to pods are (`upstream-keepalive-*`), and the "
    "answer means the same either way";

constexpr PathRows row{AnnotationGroup::external_authentication};

constexpr std::array kRows = {
    row("auth-url", kUrl, check_url, OnInvalid::drop_ingress, AnnotationRisk::high, "",
        "The service that is asked about each request: 2xx lets it pass, 401 and 403 are passed on, all "
        "else, and no answer, is 500. Its host may have no variables; one of the form "
        "`service.namespace.svc` is that "
        "Service. `X-Forwarded-*` and `X-Original-*` of clients never reach it. One that is no URL is 503. "
        "Over https the host is sent as the name (SNI), and the service's certificate is not verified, as in "
        "ingress-nginx: whoever can take the service's place on the way can also let requests in",
        "A value in it stays in its place: `&` and `#` of a value in the query, and `?` and `/` of one in "
        "the "
        "path, are escaped (`$args`, and the '/' of `$uri` and `$request_uri`, excepted); one that makes a "
        "dot "
        "segment is 500"),
    row("auth-method", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS or TRACE", check_method,
        OnInvalid::deny_location, AnnotationRisk::low, "GET",
        "How the service is asked; with it, `X-Original-URI` and `X-Scheme` are sent"),
    row("auth-signin", kUrl, check_url, OnInvalid::use_default, AnnotationRisk::high, "",
        "Where a client is redirected (302) when the service says 401; where it came from is added as a "
        "parameter"),
    row("auth-signin-redirect-param", "the name of a parameter", check_parameter, OnInvalid::use_default,
        AnnotationRisk::medium, "rd", "The name of that parameter"),
    row("auth-response-headers", "field names, separated by commas", check_field_names,
        OnInvalid::deny_location, AnnotationRisk::medium, "",
        "Fields of the service's answer that the pod gets in place of the client's; what the service does "
        "not "
        "say is removed. Fields about framing and forwarding cannot be named"),
    row("auth-request-redirect", kUrl, check_url, OnInvalid::use_default, AnnotationRisk::medium, "",
        "What the service is told in `X-Auth-Request-Redirect`, in place of the request's target"),
    row("auth-proxy-set-headers", "the name of a ConfigMap, or `namespace/name`", check_object_name,
        OnInvalid::deny_location, AnnotationRisk::medium, "",
        "Further fields for the service: the ConfigMap's data. One that cannot be used is 503",
        "A ConfigMap of another namespace needs `allow-cross-namespace-resources`: the service would learn "
        "what is in it"),
    row("auth-always-set-cookie", kBooleanValues, check_boolean, OnInvalid::use_default, AnnotationRisk::low,
        "false",
        "Passes the service's `Set-Cookie` to the client whatever the answer is, not with 200, 201, 204, "
        "206, "
        "301 to 304, 307 and 308 alone"),
    row("auth-cache-key", "variables of nginx", check_cache_key, OnInvalid::use_default,
        AnnotationRisk::medium, "",
        "Keeps the service's answers for requests that give the same text, for each path apart; one that "
        "gives "
        "none is asked about each time, and so are answers with `Set-Cookie`, `Vary` or a forbidding "
        "`Cache-Control`"),
    row("auth-cache-duration", "`200 202 401 5m`, separated by commas", check_durations,
        OnInvalid::deny_location, AnnotationRisk::medium, "200 202 401 5m",
        "How long answers are kept, by status"),
    row("auth-keepalive", "a number", check_count<kMostCount>, OnInvalid::use_default, AnnotationRisk::low,
        "0", kKept),
    row("auth-keepalive-requests", "a number", check_count<kMostCount>, OnInvalid::use_default,
        AnnotationRisk::low, "1000", kKept),
    row("auth-keepalive-timeout", "a number", check_count<kMostCount>, OnInvalid::use_default,
        AnnotationRisk::low, "60", kKept),
    row("auth-keepalive-share-vars", kBooleanValues, check_boolean, OnInvalid::use_default,
        AnnotationRisk::low, "false", "No effect: there are no variables to share"),
    row("enable-global-auth", kBooleanValues, check_boolean, OnInvalid::use_default, AnnotationRisk::low,
        "true", "`false`: the ConfigMap's `global-auth-url` is not asked about these paths"),
};

std::string text_of(AnnotationReader& reader, std::string_view name) {
  return std::string(reader.text(name).value_or(std::string_view()));
}

}  // namespace

std::span<const AnnotationRow> external_auth_rows() { return kRows; }

ExternalAuthAnnotations read_external_auth_annotations(AnnotationReader& reader) {
  ExternalAuthAnnotations result;
  result.use_global = reader.boolean("enable-global-auth").value_or(true);
  ExternalAuthTexts texts;
  texts.url = text_of(reader, "auth-url");
  texts.method = text_of(reader, "auth-method");
  texts.signin = text_of(reader, "auth-signin");
  texts.signin_parameter = text_of(reader, "auth-signin-redirect-param");
  texts.response_fields = text_of(reader, "auth-response-headers");
  texts.redirect = text_of(reader, "auth-request-redirect");
  texts.set_fields = text_of(reader, "auth-proxy-set-headers");
  texts.always_cookies = reader.boolean("auth-always-set-cookie").value_or(false);
  texts.cache_key = text_of(reader, "auth-cache-key");
  texts.cache_duration = text_of(reader, "auth-cache-duration");
  for (const std::string_view name : {"auth-keepalive", "auth-keepalive-requests", "auth-keepalive-timeout"})
    reader.text(name);  // what is wrong with them is told
  reader.boolean("auth-keepalive-share-vars");
  if (texts.url.empty()) return result;
  result.auth =
      compile_external_auth(texts, [&reader](std::string_view name, bool closes, std::string reason) {
        if (closes) {
          reader.note(name, OnInvalid::deny_location, std::move(reason) + "; answered with 503");
        } else {
          reader.note(name, OnInvalid::use_default, std::move(reason) + "; it counts as not given");
        }
      });
  return result;
}

}  // namespace headgate::k8swatch
