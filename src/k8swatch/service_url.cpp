#include "k8swatch/service_url.h"

#include "base/quoted.h"
#include "base/socket_address.h"
#include "base/units.h"
#include "http/ascii.h"
#include "k8swatch/names.h"

namespace headgate::k8swatch {
namespace {

constexpr std::uint16_t kHttpPort = 80;
constexpr std::uint16_t kHttpsPort = 443;

struct Authority {
  std::string_view host;
  std::string_view port;  // empty: none is given
};

Result<Authority> split_authority(std::string_view authority) {
  Authority parts;
  std::size_t colon = authority.rfind(':');
  if (authority.starts_with('[')) {
    const std::size_t close = authority.find(']');
    if (close == std::string_view::npos) return fail("has a '[' without its ']'");
    parts.host = authority.substr(1, close - 1);
    const std::string_view rest = authority.substr(close + 1);
    if (rest.empty()) return parts;
    if (rest.front() != ':') return fail("has something behind its address");
    colon = close + 1;
  } else {
    parts.host = authority.substr(0, colon);
    if (colon == std::string_view::npos) return parts;
  }
  parts.port = authority.substr(colon + 1);
  if (parts.port.empty()) return fail("has a ':' without a port");
  return parts;
}

// A variable that begins with '/'.
bool begins_with_path(std::string_view text) {
  for (const std::string_view each : {"$request_uri", "$uri", "$location_path"})
    if (text.starts_with(each)) return true;
  return false;
}

bool is_host(std::string_view host) {
  if (SocketAddress::parse(host, 0)) return true;
  if (host.ends_with('.')) host.remove_suffix(1);
  return is_dns1123_subdomain(host);
}

}  // namespace

Result<ServiceUrl> parse_service_url(std::string_view text) {
  const auto bad = [text](const std::string& what) { return fail(quoted(text) + " " + what); };
  ServiceUrl url;
  std::string_view rest = text;
  if (http::starts_with_ignoring_case(text, "http://")) {
    rest.remove_prefix(std::string_view("http://").size());
  } else if (http::starts_with_ignoring_case(text, "https://")) {
    rest.remove_prefix(std::string_view("https://").size());
    url.https = true;
  } else {
    return bad("does not begin with http:// or https://");
  }
  url.port = url.https ? kHttpsPort : kHttpPort;
  // "http://host$request_uri" is what people write.
  std::size_t end = rest.find_first_of("/?#$");
  if (end != std::string_view::npos && rest[end] == '$' && !begins_with_path(rest.substr(end)))
    end = rest.find_first_of("/?#");
  const std::string_view authority = rest.substr(0, end);
  if (authority.empty()) return bad("names no host");
  if (authority.find('$') != std::string_view::npos)
    return bad("has a variable in its host, which must be known beforehand");
  if (authority.find('@') != std::string_view::npos) return bad("has credentials in it");
  const auto parts = split_authority(authority);
  if (!parts) return bad(parts.error().message);
  for (const char c : parts->host) url.host += http::to_lower(c);
  if (!is_host(url.host)) return bad("has a host that is neither a name nor an address");
  if (!parts->port.empty()) {
    const auto port = parse_count(parts->port, UINT16_MAX);
    if (!port || *port == 0) return bad("has a port that is no number from 1 to 65535");
    url.port = static_cast<std::uint16_t>(*port);
  }
  if (end != std::string_view::npos) url.target = rest.substr(end);
  url.target = url.target.substr(0, url.target.find('#'));
  url.has_target = !url.target.empty();
  if (!url.target.starts_with('/') && !begins_with_path(url.target)) url.target.insert(0, "/");
  return url;
}

}  // namespace headgate::k8swatch
