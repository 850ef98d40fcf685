// The URLs of services that Headgate asks on its own account (auth-url, mirror-target of ingress-nginx):
// their parts. RFC 3986 §3, as far as it makes sense there.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace headgate::k8swatch {

struct ServiceUrl {
  bool https = false;
  std::string host;  // lower case; a name or an address, IPv6 without brackets
  std::uint16_t port = 80;
  // Path and query; variables of nginx as written. Begins with '/', or with a variable that does.
  std::string target;
  bool has_target = false;  // false: there was none, and `target` is "/"
  // As Host says it: without the port, IPv6 in brackets.
  [[nodiscard]] std::string host_field() const {
    return host.find(':') == std::string::npos ? host : "[" + host + "]";
  }
};

// Fails with one sentence: no scheme or another one than http and https, no host, one with variables in it
// (nobody could say beforehand where requests go), credentials, a bad port.
Result<ServiceUrl> parse_service_url(std::string_view text);

}  // namespace headgate::k8swatch
