// Which failures of a try are followed by another one: the words of nginx's proxy_next_upstream. A value.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace headgate::policy {

class RetryConditions {
 public:
  enum Condition : std::uint16_t {
    none = 0,
    error = 1 << 0,           // no connection, or one that ended before an answer
    timeout = 1 << 1,         // no connection, no progress or no answer in time
    invalid_header = 1 << 2,  // an answer whose head cannot be understood
    http_500 = 1 << 3,
    http_502 = 1 << 4,
    http_503 = 1 << 5,
    http_504 = 1 << 6,
    http_403 = 1 << 7,
    http_404 = 1 << 8,
    http_429 = 1 << 9,
    non_idempotent = 1 << 10,  // also requests that may not be repeated and may have been acted on
  };

  constexpr RetryConditions() = default;  // "error timeout", ingress-nginx's default
  constexpr explicit RetryConditions(std::uint16_t bits) : bits_(bits) {}

  // Words separated by spaces. "off" beside others still turns all of them off, as in nginx. Fails with one
  // sentence that names the first word that is none of these.
  static Result<RetryConditions> parse(std::string_view text);
  // The words again, in order of the list above; "off" for none.
  [[nodiscard]] std::string text() const;

  [[nodiscard]] constexpr bool has(Condition condition) const { return (bits_ & condition) != 0; }
  // Whether some answers are passed over for another try.
  [[nodiscard]] constexpr bool has_statuses() const { return (bits_ & kStatuses) != 0; }
  // The condition that an answer with that status meets; `none` for most.
  static Condition of_status(int status);
  friend bool operator==(const RetryConditions&, const RetryConditions&) = default;

 private:
  static constexpr std::uint16_t kStatuses =
      http_500 | http_502 | http_503 | http_504 | http_403 | http_404 | http_429;

  std::uint16_t bits_ = error | timeout;
};

}  // namespace headgate::policy
