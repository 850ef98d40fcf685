// From what the auth-* annotations, or the global-auth-* keys, say to the Step they mean. Whatever cannot be
// done as it is written closes the paths: they are never served without the protection.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "k8swatch/side_backend.h"
#include "policy/external_auth.h"

namespace headgate::k8swatch {

// As written; empty: not given.
struct ExternalAuthTexts {
  std::string url;
  std::string method;
  std::string signin;
  std::string signin_parameter;
  std::string response_fields;
  std::string redirect;
  std::string cache_key;
  std::string cache_duration;
  std::string set_fields;  // name of a ConfigMap
  bool always_cookies = false;
  friend bool operator==(const ExternalAuthTexts&, const ExternalAuthTexts&) = default;
};

struct ExternalAuthConfig {
  policy::ExternalAuth step;  // without its Cluster
  SideBackend service;
  std::string set_fields;  // name of a ConfigMap; empty: none
  // It cannot be done: 503 for all its paths.
  bool broken = false;
  friend bool operator==(const ExternalAuthConfig&, const ExternalAuthConfig&) = default;
};

// What is wrong with one of the texts. `name`: of the annotation ("auth-url"); `closes`: the paths are
// answered with 503 for it, else it counts as not given.
using AuthProblem = std::function<void(std::string_view name, bool closes, std::string reason)>;

// `texts.url` is not empty.
ExternalAuthConfig compile_external_auth(const ExternalAuthTexts& texts, const AuthProblem& tell);

// A name that may stand among auth-response-headers and auth-proxy-set-headers: a token, and none that says
// how long a message is or whom it is for.
bool is_settable_field(std::string_view name);

}  // namespace headgate::k8swatch
