// When a failed try may be followed by another: pure rules, no state. RFC 9110 §9.2.2, nginx's
// proxy_next_upstream "error timeout" as ingress-nginx sets it.
#pragma once

#include <cstdint>

#include "http/method.h"

namespace headgate::proxy {

// How far a try got when it failed.
struct FailedTry {
  bool request_sent = false;     // a byte of the request may have reached the upstream
  bool response_begun = false;   // a byte of the response was received
  bool body_lost = false;        // part of the request's body was sent and is not held any more
  std::uint32_t tries_made = 1;  // this one included
};

inline bool may_try_again(const FailedTry& failed, http::Method method, std::uint32_t tries_allowed) {
  if (failed.response_begun || failed.body_lost) return false;
  if (failed.tries_made >= tries_allowed) return false;
  return !failed.request_sent || http::is_idempotent(method);
}

}  // namespace headgate::proxy
