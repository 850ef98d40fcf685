// One password as htpasswd files hold it: bcrypt, apr1, {SHA}, {SSHA}, {PLAIN}, and what crypt(3) takes of
// old ($1$, $5$, $6$, DES). The forms are those of nginx's auth_basic. Immutable; shared by all threads.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace headgate::policy {

class PasswordHash {
 public:
  // Fails with one sentence that does not quote it: an unknown form, or one that would take a core for
  // longer than a quarter of a second or so at each log-in (bcrypt above 2^12, $5$ and $6$ above 100000
  // rounds).
  static Result<PasswordHash> parse(std::string_view text);
  // Whether `text` has one of the forms that begin with '$' or '{', so that it can be told from other texts.
  static bool is_marked(std::string_view text);

  // Takes from a microsecond up to a few hundred milliseconds: not for a Worker. A password with a NUL, or of
  // more than 512 bytes, matches nothing. The comparison takes the same time wherever two digests differ.
  [[nodiscard]] bool matches(std::string_view password) const;
  [[nodiscard]] const std::string& text() const { return text_; }
  friend bool operator==(const PasswordHash&, const PasswordHash&) = default;

 private:
  enum class Form : std::uint8_t { crypt, apr1, sha, salted_sha, plain };
  PasswordHash(Form form, std::string_view text) : form_(form), text_(text) {}

  Form form_;
  std::string text_;
};

}  // namespace headgate::policy
