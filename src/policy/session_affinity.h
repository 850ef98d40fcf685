// Binds a client to one endpoint by a cookie (affinity and session-cookie-* of ingress-nginx). What the
// cookie says: "<key>|<backend>", where the key is random text that is hashed onto an endpoint (balanced) or
// the opaque name of one (persistent), and <backend> tells the pods of a canary from those of its primary.
// A value names no address, and whatever a client makes of it leads to one of the endpoints there are.
#pragma once

#include <cstdint>
#include <ctime>
#include <optional>
#include <string>
#include <string_view>

namespace headgate::policy {

struct SessionAffinity {
  enum class Mode : std::uint8_t {
    balanced,    // some sessions move when the number of endpoints changes
    persistent,  // they move only when their endpoint is gone
  };
  Mode mode = Mode::balanced;
  bool change_on_failure = false;  // after a failed try the session moves to the endpoint that answered
  bool always_secure = false;      // Secure over plain HTTP too
  bool conditional_same_site_none = false;  // no SameSite=None for browsers that misread it
  std::string cookie = "INGRESSCOOKIE";
  std::string path;  // empty: that of the Route
  std::string domain;
  std::string same_site;                // None, Lax, Strict, or empty
  std::optional<std::int64_t> expires;  // seconds from now
  std::optional<std::int64_t> max_age;  // seconds

  // What the answer is made for.
  struct Answer {
    bool https = false;
    std::string_view route_path;
    std::string_view user_agent;
    std::time_t now = 0;
  };
  // The value of Set-Cookie for a cookie that says `value`.
  [[nodiscard]] std::string set_cookie(std::string_view value, const Answer& answer) const;
  void describe(std::string& out) const;
  friend bool operator==(const SessionAffinity&, const SessionAffinity&) = default;
};

// The two parts of a cookie's value; `backend` is empty where there is no '|'.
struct SessionValue {
  std::string_view key;
  std::string_view backend;
};
SessionValue split_session_value(std::string_view value);

// False for the browsers that take SameSite=None for Strict, by the list of ingress-nginx (Chrome 40 to 69,
// iOS 12, Safari of macOS 10.14).
bool takes_same_site_none(std::string_view user_agent);

// The date of a cookie as nginx writes it: "Sun, 22-Nov-26 10:00:00 GMT" (RFC 6265 §5.1.1 reads it).
std::string cookie_date(std::time_t time);

}  // namespace headgate::policy
