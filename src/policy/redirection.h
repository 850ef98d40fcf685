// Answers every request of a Route with a redirect (permanent-redirect and temporal-redirect of
// ingress-nginx). Before the redirect to HTTPS, and before any check of who asks.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "policy/denial.h"
#include "policy/request_view.h"

namespace headgate::policy {

struct Redirection {
  std::string location;  // as written: an absolute URL, or a path
  int status = 301;      // 300 to 308
  // A `location` that is a path is made absolute with the scheme and host of the request, unless this is set.
  bool relative = false;
  bool with_port = false;  // then also with its port, where that is not the scheme's own

  [[nodiscard]] std::optional<Denial> judge(const RequestView& request) const;
  void describe(std::string& out) const;  // " redirect=301:https://…", for the table's dump
  friend bool operator==(const Redirection&, const Redirection&) = default;
};

// Sends every request to the same target at another host, with the port the client named
// (from-to-www-redirect).
struct HostRedirect {
  std::string host;  // without port
  int status = 308;

  [[nodiscard]] std::optional<Denial> judge(const RequestView& request) const;
  void describe(std::string& out) const;  // " redirect=308:host www.example.com"
  friend bool operator==(const HostRedirect&, const HostRedirect&) = default;
};

// "host" of "host:port"; brackets of IPv6 stay.
std::string_view without_port(std::string_view host);

}  // namespace headgate::policy
