#include "k8swatch/external_auth_config.h"

#include <algorithm>
#include <array>

#include "base/quoted.h"
#include "base/units.h"
#include "http/ascii.h"
#include "http/method.h"
#include "k8swatch/annotations/values.h"
#include "k8swatch/service_url.h"

namespace headgate::k8swatch {
namespace {

constexpr std::string_view kCacheDuration = "200 202 401 5m";  // ingress-nginx's default
constexpr std::string_view kRedirectParameter = "rd";
constexpr std::size_t kMostFields = 64;

bool is_token_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || http::is_digit(c) || c == '-' || c == '_';
}

// Those that Headgate tells every pod itself.
bool is_ours(std::string_view name) {
  constexpr std::array<std::string_view, 8> kOurs = {
      "x-forwarded-for",    "x-forwarded-host", "x-forwarded-port", "x-forwarded-proto",
      "x-forwarded-scheme", "x-real-ip",        "x-request-id",     "x-scheme"};
  return std::any_of(kOurs.begin(), kOurs.end(),
                     [name](std::string_view each) { return http::equals_ignoring_case(name, each); });
}

class Compiler {
 public:
  Compiler(const ExternalAuthTexts& texts, const AuthProblem& tell) : texts_(texts), tell_(tell) {}

  ExternalAuthConfig run() {
    read_url();
    read_method();
    read_signin();
    read_response_fields();
    config_.step.redirect = template_of("auth-request-redirect", texts_.redirect, false);
    config_.step.cache_key = template_of("auth-cache-key", texts_.cache_key, false);
    if (!config_.step.cache_key.empty()) read_cache_times();
    config_.step.always_cookies = texts_.always_cookies;
    config_.set_fields = texts_.set_fields;
    return std::move(config_);
  }

 private:
  void close(std::string_view name, std::string reason) {
    config_.broken = true;
    tell_(name, true, std::move(reason));
  }

  policy::Template template_of(std::string_view name, const std::string& text, bool closes) {
    auto parsed = policy::Template::parse(text);
    if (parsed) return *std::move(parsed);
    if (closes)
      close(name, parsed.error().message);
    else
      tell_(name, false, parsed.error().message);
    return {};
  }

  void read_url() {
    config_.step.url = texts_.url;
    const auto url = parse_service_url(texts_.url);
    if (!url) {
      close("auth-url", url.error().message);
      return;
    }
    config_.step.authority = url->host_field();
    config_.step.target = template_of("auth-url", url->target, true);
    config_.service.host = url->host;
    config_.service.port = std::to_string(url->port);
    config_.service.https = url->https;
  }

  void read_method() {
    if (texts_.method.empty()) return;
    const http::Method method = http::method_of(texts_.method);
    // CONNECT would ask for a tunnel.
    if (method == http::Method::other || method == http::Method::lock || method == http::Method::connect)
      close("auth-method", quoted(texts_.method) + " is no method to ask an auth service with");
    config_.step.method = texts_.method;
  }

  void read_signin() {
    if (texts_.signin.empty()) return;
    config_.step.signin = template_of("auth-signin", texts_.signin, false);
    const std::string parameter =
        texts_.signin_parameter.empty() ? std::string(kRedirectParameter) : texts_.signin_parameter;
    const std::size_t query = texts_.signin.find('?');
    if (query == std::string::npos) {
      config_.step.signin_parameter = "?" + parameter + "=";
      return;
    }
    const std::string arguments = "&" + texts_.signin.substr(query + 1);
    if (arguments.find("&" + parameter + "=") == std::string::npos)
      config_.step.signin_parameter = (arguments.size() == 1 ? "" : "&") + parameter + "=";
  }

  void read_response_fields() {
    http::for_each_member(texts_.response_fields, [this](std::string_view name) {
      if (!is_settable_field(name) || is_ours(name))
        close("auth-response-headers", quoted(name) + " is no field that an auth service may set");
      else if (config_.step.response_fields.size() == kMostFields)
        close("auth-response-headers", "names more than " + std::to_string(kMostFields) + " fields");
      else
        config_.step.response_fields.emplace_back(name);
    });
  }

  // "200 202 401 5m, 403 10s": statuses, or "any", or none, and then the time for them.
  void read_cache_times() {
    const std::string_view text =
        texts_.cache_duration.empty() ? kCacheDuration : std::string_view(texts_.cache_duration);
    http::for_each_member(text, [this](std::string_view entry) { read_cache_time(entry); });
  }

  void read_cache_time(std::string_view entry) {
    const std::size_t space = entry.rfind(' ');
    const std::string_view last = space == std::string_view::npos ? entry : entry.substr(space + 1);
    const auto time = parse_time(last);
    if (!time) {
      close("auth-cache-duration", quoted(entry) + " does not end with a time");
      return;
    }
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(*time);
    std::vector<int> statuses;
    std::string_view rest = space == std::string_view::npos ? std::string_view() : entry.substr(0, space);
    for (rest = http::trim(rest); !rest.empty(); rest = http::trim(rest)) {
      const std::size_t end = std::min(rest.find(' '), rest.size());
      const std::string_view word = rest.substr(0, end);
      rest.remove_prefix(end);
      const auto status = parse_count(word, 599);
      if (word != "any" && (!status || *status < 100)) {
        close("auth-cache-duration", quoted(word) + " is no status");
        return;
      }
      statuses.push_back(word == "any" ? 0 : static_cast<int>(*status));
    }
    // nginx's rule for a time alone.
    if (statuses.empty()) statuses = {200, 301, 302};
    for (const int status : statuses) config_.step.cache_times.push_back({status, seconds});
  }

  const ExternalAuthTexts& texts_;
  const AuthProblem& tell_;
  ExternalAuthConfig config_;
};

}  // namespace

ExternalAuthConfig compile_external_auth(const ExternalAuthTexts& texts, const AuthProblem& tell) {
  return Compiler(texts, tell).run();
}

bool is_settable_field(std::string_view name) {
  constexpr std::array<std::string_view, 11> kNever = {
      "host",    "connection", "content-length",   "transfer-encoding", "te",    "trailer",
      "upgrade", "keep-alive", "proxy-connection", "http2-settings",    "expect"};
  if (name.empty() || !std::all_of(name.begin(), name.end(), is_token_character)) return false;
  return std::none_of(kNever.begin(), kNever.end(),
                      [name](std::string_view each) { return http::equals_ignoring_case(name, each); });
}

}  // namespace headgate::k8swatch
