// When a failed try may be followed by another: pure rules, no state. RFC 9110 §9.2.2, nginx's
// proxy_next_upstream.
#pragma once

#include <chrono>
#include <cstdint>

#include "http/method.h"
#include "policy/retry_conditions.h"

namespace headgate::proxy {

// How far a try got when it failed.
struct FailedTry {
  policy::RetryConditions::Condition why = policy::RetryConditions::error;
  bool request_sent = false;             // a byte of the request may have reached the upstream
  bool response_begun = false;           // a byte of an answer was received that is not whole
  bool unprocessed = false;              // the upstream says that it has not looked at the request
  bool client_told = false;              // a byte of an answer went to the client
  bool body_lost = false;                // part of the request's body was sent and is not held any more
  std::uint32_t tries_made = 1;          // this one included
  std::chrono::milliseconds elapsed{0};  // since the first try began
};

struct RetryLimits {
  policy::RetryConditions conditions;
  std::uint32_t tries = 3;               // in all
  std::chrono::milliseconds timeout{0};  // no try begins later; 0: no such limit
  bool non_idempotent = false;           // as if the conditions had that word
};

inline bool may_try_again(const FailedTry& failed, http::Method method, const RetryLimits& limits) {
  if (failed.response_begun || failed.client_told || failed.body_lost) return false;
  if (limits.timeout.count() != 0 && failed.elapsed >= limits.timeout) return false;
  // RFC 9113 §8.7. nginx has one stream on a connection, and its users' rules are not made for what comes of
  // many. Whoever says so has a bound of its own.
  if (failed.unprocessed) return true;
  if (!limits.conditions.has(failed.why)) return false;
  if (failed.tries_made >= limits.tries) return false;
  return !failed.request_sent || http::is_idempotent(method) || limits.non_idempotent ||
         limits.conditions.has(policy::RetryConditions::non_idempotent);
}

}  // namespace headgate::proxy
