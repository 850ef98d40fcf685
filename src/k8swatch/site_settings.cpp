#include "k8swatch/site_settings.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/quoted.h"
#include "k8swatch/compression_settings.h"
#include "k8swatch/location_list.h"

namespace headgate::k8swatch {
namespace {

constexpr std::array<std::string_view, 4> kRedirectCodes = {"301", "302", "307", "308"};
constexpr std::uint32_t kMostMaxAge = UINT32_MAX;  // 136 years

}  // namespace

router::SiteSettings read_site_settings(ConfigMapReader& reader) {
  router::SiteSettings site;
  site.compression = read_compression(reader);
  if (const std::string* code = reader.text("http-redirect-code")) {
    const auto at = std::find(kRedirectCodes.begin(), kRedirectCodes.end(), *code);
    if (at == kRedirectCodes.end())
      reader.refuse("http-redirect-code", quoted(*code) + " is none of 301, 302, 307, 308");
    else
      site.https_redirect_code = 300 + (*code)[2] - '0';
  }
  bool hsts = true;
  bool subdomains = true;
  bool preload = false;
  std::uint32_t max_age = 31536000;
  reader.boolean("hsts", hsts);
  reader.boolean("hsts-include-subdomains", subdomains);
  reader.boolean("hsts-preload", preload);
  reader.count("hsts-max-age", 0, kMostMaxAge, max_age);
  site.hsts_line.clear();
  if (hsts)
    site.hsts_line = "Strict-Transport-Security: max-age=" + std::to_string(max_age) +
                     (subdomains ? "; includeSubDomains" : "") + (preload ? "; preload" : "") + "\r\n";
  return site;
}

RedirectDefaults read_redirect_defaults(ConfigMapReader& reader) {
  RedirectDefaults defaults;
  reader.boolean("ssl-redirect", defaults.ssl_redirect);
  reader.boolean("force-ssl-redirect", defaults.force_ssl_redirect);
  reader.boolean("preserve-trailing-slash", defaults.preserve_trailing_slash);
  reader.boolean("use-port-in-redirects", defaults.use_port_in_redirects);
  reader.boolean("relative-redirects", defaults.relative_redirects);
  read_locations(reader, "no-tls-redirect-locations", defaults.no_tls_locations);
  return defaults;
}

router::RedirectRules RedirectDefaults::rules(const RedirectAnnotations& annotations, std::string_view path,
                                              bool host_has_tls) const {
  router::RedirectRules result;
  const bool exempt = std::any_of(no_tls_locations.begin(), no_tls_locations.end(),
                                  [path](const std::string& location) { return path.starts_with(location); });
  const bool by_tls = host_has_tls && annotations.ssl_redirect.value_or(ssl_redirect);
  result.https_only = !exempt && (by_tls || annotations.force_ssl_redirect.value_or(force_ssl_redirect));
  if (result.https_only)
    result.preserve_trailing_slash = annotations.preserve_trailing_slash.value_or(preserve_trailing_slash);
  result.with_port = annotations.use_port_in_redirects.value_or(use_port_in_redirects);
  result.relative = annotations.relative_redirects.value_or(relative_redirects);
  return result;
}

}  // namespace headgate::k8swatch
