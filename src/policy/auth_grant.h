// What an auth service that lets a request pass has to say besides: to the pod, and to the client.
#pragma once

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace headgate::policy {

struct AuthGrant {
  std::vector<std::string> replaced;  // names of fields that pods get from the auth service or not at all
  std::string lines;                  // fields for the pod, whole lines, each with its CRLF
  std::string cookies;                // Set-Cookie lines for the client
  bool always_cookies = false;        // whatever the answer is

  // The statuses with which nginx's add_header adds a field.
  [[nodiscard]] bool gives_cookies(int status) const {
    constexpr std::array kStatuses{200, 201, 204, 206, 301, 302, 303, 304, 307, 308};
    return !cookies.empty() &&
           (always_cookies || std::find(kStatuses.begin(), kStatuses.end(), status) != kStatuses.end());
  }
};

}  // namespace headgate::policy
