// Lets a service decide about each request (auth-url and its family, global-auth-*, of ingress-nginx): what
// it is asked, and what its answer means. The asking itself is the proxy's. Whatever is not a clear yes is
// no.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "policy/auth_grant.h"
#include "policy/denial.h"
#include "policy/request_view.h"
#include "policy/subrequest_answer.h"
#include "policy/template.h"

namespace headgate::policy {

struct ExternalAuth {
  struct CacheTime {
    int status = 0;  // 0: any
    std::chrono::seconds time{0};
    friend bool operator==(const CacheTime&, const CacheTime&) = default;
  };
  struct SetField {
    std::string name;
    Template value;
    friend bool operator==(const SetField&, const SetField&) = default;
  };

  std::string url;        // as written
  std::string authority;  // of the URL: what it is told as Host
  Template target;        // of the URL: path and query
  // Which of the Route's further Clusters (router::Route::others).
  std::uint32_t cluster = 0;
  std::string method;                        // auth-method; empty: GET
  Template signin;                           // empty: 401 stays 401
  std::string signin_parameter;              // "?rd=" or "&rd="; empty: the URL has its own
  Template redirect;                         // auth-request-redirect; empty: the request's target
  std::vector<std::string> response_fields;  // auth-response-headers
  std::vector<SetField> set_fields;          // auth-proxy-set-headers
  bool always_cookies = false;
  Template cache_key;  // empty: answers are not kept
  std::vector<CacheTime> cache_times;

  [[nodiscard]] std::string_view method_text() const {
    return method.empty() ? std::string_view("GET") : method;
  }
  // The whole request to the service: HTTP/1.1, without content. All fields of the client but those that are
  // not relayed; what it says about forwarding never arrives. `more_lines`: whole lines, each with its CRLF;
  // `trace_line`: that of `traceparent`, unless auth-proxy-set-headers says that field. Empty: the service
  // cannot be asked about it (Template::expand_target).
  [[nodiscard]] std::string request_text(const RequestView& request, std::string_view more_lines,
                                         std::string_view trace_line = {}) const;

  // A status of 0 stands for a service that could not be asked or gave no answer.
  [[nodiscard]] std::variant<AuthGrant, Denial> decide(const SubrequestAnswer& answer,
                                                       const RequestView& request) const;

  // Under what the answer may be kept for other requests; empty: not at all.
  [[nodiscard]] std::string cache_name(const RequestView& request) const;
  // How long; nothing: not at all (its status, Set-Cookie, or Cache-Control says so).
  [[nodiscard]] std::optional<std::chrono::seconds> cache_time(const SubrequestAnswer& answer) const;

  void describe(std::string& out) const;  // " auth=http://…"
  friend bool operator==(const ExternalAuth&, const ExternalAuth&) = default;
};

}  // namespace headgate::policy
