#include "proxy/redirect.h"

#include "policy/redirection.h"

namespace headgate::proxy {
namespace {

constexpr std::string_view kHttpPort = "80";
constexpr std::string_view kHttpsPort = "443";

using policy::without_port;

// What follows the authority of an absolute-form; an origin-form as it is.
std::string_view path_and_query(std::string_view request_target, const http::Target& target) {
  if (target.form != http::TargetForm::absolute) return request_target;
  return request_target.substr(request_target.find("//") + 2 + target.authority.size());
}

}  // namespace

std::string https_location(std::string_view host_as_sent, std::string_view request_target,
                           const http::Target& target, const router::RedirectRules& rules,
                           const router::SiteSettings& site) {
  std::string location = "https://";
  location += without_port(host_as_sent);
  if (rules.with_port && site.https_port != 0) location += ":" + std::to_string(site.https_port);
  const std::string_view rest = path_and_query(request_target, target);
  if (!rest.starts_with('/')) location += '/';  // an absolute-form may have no path
  location += rest;
  if (!rules.preserve_trailing_slash && location.ends_with('/')) location.pop_back();
  return location;
}

std::string slash_location(std::string_view scheme, std::string_view host_as_sent, std::string_view port,
                           const http::Target& target, const router::RedirectRules& rules) {
  std::string location;
  const std::string_view host = without_port(host_as_sent);
  if (!host.empty() && !rules.relative) {
    location.append(scheme).append("://").append(host);
    if (rules.with_port && port != (scheme == "https" ? kHttpsPort : kHttpPort))
      location.append(":").append(port);
  }
  return location.append(target.forward_path).append("/").append(target.query);
}

}  // namespace headgate::proxy
