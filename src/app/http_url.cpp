#include "app/http_url.h"

#include <algorithm>

namespace headgate::app {
namespace {

constexpr std::size_t kMostBytes = 2048;
constexpr std::string_view kScheme = "http://";

bool is_port(std::string_view text) {
  if (text.empty() || text.size() > 5) return false;
  unsigned value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return false;
    value = value * 10 + static_cast<unsigned>(c - '0');
  }
  return value > 0 && value <= 65535;
}

bool is_host_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
         c == '_';
}

bool is_address_byte(char c) {
  return (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || (c >= '0' && c <= '9') || c == ':' || c == '.';
}

}  // namespace

Result<HttpUrl> parse_http_url(std::string_view text) {
  if (text.size() > kMostBytes) return fail("the URL is longer than 2048 bytes");
  if (!std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 127; }))
    return fail("the URL holds bytes that no URL holds");
  if (!text.starts_with(kScheme)) return fail("the URL does not begin with http://");
  std::string_view rest = text.substr(kScheme.size());
  if (rest.find('#') != std::string_view::npos) return fail("the URL has a fragment");

  const std::size_t end = std::min(rest.find_first_of("/?"), rest.size());
  std::string_view authority = rest.substr(0, end);
  const std::string_view target = rest.substr(end);
  HttpUrl url;
  url.authority = authority;
  url.target = target.starts_with('/') ? std::string(target) : "/" + std::string(target);

  std::string_view port;
  if (authority.starts_with('[')) {
    const std::size_t close = authority.find(']');
    if (close == std::string_view::npos) return fail("the URL's address has no ']'");
    url.host = authority.substr(1, close - 1);
    port = authority.substr(close + 1);
    if (!std::all_of(url.host.begin(), url.host.end(), is_address_byte)) return fail("the URL has no host");
  } else {
    const std::size_t colon = std::min(authority.find(':'), authority.size());
    url.host = authority.substr(0, colon);
    port = authority.substr(colon);
    if (!std::all_of(url.host.begin(), url.host.end(), is_host_byte)) return fail("the URL has no host");
  }
  if (url.host.empty()) return fail("the URL has no host");
  url.port = "80";
  if (!port.empty()) {
    if (!port.starts_with(':') || !is_port(port.substr(1))) return fail("the URL's port is none");
    url.port = port.substr(1);
  }
  return url;
}

}  // namespace headgate::app
