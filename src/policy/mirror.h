// Sends a copy of each request somewhere else and forgets about it (mirror-target and its family of
// ingress-nginx). The sending is the proxy's; here is what is sent.
#pragma once

#include <cstdint>
#include <string>

#include "policy/template.h"

namespace headgate::policy {

struct Mirror {
  std::string url;  // as written
  std::string host;
  Template target;            // path and query
  std::uint32_t cluster = 0;  // which of the Route's further Clusters (router::Route::others)
  bool with_body = true;      // content too

  void describe(std::string& out) const {
    out += " mirror=" + url + " mirror-host=" + host + (with_body ? "" : " mirror-without-body");
  }
  friend bool operator==(const Mirror&, const Mirror&) = default;
};

}  // namespace headgate::policy
