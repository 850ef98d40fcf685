#include "policy/session_affinity.h"

#include <array>
#include <cstdio>

namespace headgate::policy {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// "Chrome/4x" to "Chrome/6x".
bool is_old_chrome(std::string_view agent) {
  constexpr std::string_view kName = "Chrome/";
  const std::size_t at = agent.find(kName);
  if (at == std::string_view::npos) return false;
  const std::string_view version = agent.substr(at + kName.size());
  return version.size() >= 2 && version[0] >= '4' && version[0] <= '6' && is_digit(version[1]) &&
         (version.size() == 2 || !is_digit(version[2]));
}

bool holds(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

}  // namespace

bool takes_same_site_none(std::string_view agent) {
  if (is_old_chrome(agent) || holds(agent, "CPU iPhone OS 12") || holds(agent, "iPad; CPU OS 12"))
    return false;
  return !(holds(agent, "Macintosh") && holds(agent, "Intel Mac OS X 10_14") && holds(agent, "Safari") &&
           !holds(agent, "Chrome"));
}

std::string cookie_date(std::time_t time) {
  static constexpr std::array<const char*, 7> kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array<const char*, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  std::tm parts{};
  if (::gmtime_r(&time, &parts) == nullptr) return "Thu, 01-Jan-70 00:00:00 GMT";
  const int year = parts.tm_year + 1900;
  std::array<char, 64> text{};
  // Two digits of the year, as nginx: four from where they would be misread.
  const bool is_long = year > 2037;
  std::snprintf(text.data(), text.size(),
                is_long ? "%s, %02d-%s-%04d %02d:%02d:%02d GMT" : "%s, %02d-%s-%02d %02d:%02d:%02d GMT",
                kDays[static_cast<std::size_t>(parts.tm_wday)], parts.tm_mday,
                kMonths[static_cast<std::size_t>(parts.tm_mon)], is_long ? year : year % 100, parts.tm_hour,
                parts.tm_min, parts.tm_sec);
  return text.data();
}

SessionValue split_session_value(std::string_view value) {
  const std::size_t bar = value.find('|');
  if (bar == std::string_view::npos) return {value, {}};
  const std::string_view rest = value.substr(bar + 1);
  return {value.substr(0, bar), rest.substr(0, rest.find('|'))};
}

std::string SessionAffinity::set_cookie(std::string_view value, const Answer& answer) const {
  std::string out = cookie;
  out.append("=").append(value);
  if (expires) out += "; Expires=" + cookie_date(answer.now + static_cast<std::time_t>(*expires));
  if (max_age) out += "; Max-Age=" + std::to_string(*max_age);
  if (!domain.empty()) out += "; Domain=" + domain;
  // The path of a rule may hold anything; what would begin another attribute ends it.
  out.append("; Path=").append(path.empty() ? answer.route_path.substr(0, answer.route_path.find(';'))
                                            : std::string_view(path));
  if (always_secure || answer.https) out += "; Secure";
  out += "; HttpOnly";
  const bool misread =
      conditional_same_site_none && same_site == "None" && !takes_same_site_none(answer.user_agent);
  if (!same_site.empty() && !misread) out += "; SameSite=" + same_site;
  return out;
}

void SessionAffinity::describe(std::string& out) const {
  out += " affinity=" + cookie + (mode == Mode::persistent ? " persistent" : "");
  if (!path.empty()) out += " cookie-path=" + path;
  if (!domain.empty()) out += " cookie-domain=" + domain;
  if (expires) out += " cookie-expires=" + std::to_string(*expires);
  if (max_age) out += " cookie-max-age=" + std::to_string(*max_age);
  if (always_secure) out += " cookie-secure";
  if (!same_site.empty()) out += " cookie-same-site=" + same_site;
  if (conditional_same_site_none) out += " conditional";
  if (change_on_failure) out += " change-on-failure";
}

}  // namespace headgate::policy
