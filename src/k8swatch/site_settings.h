// The settings of the ConfigMap about HTTPS that requests see: HSTS, and redirects for all Ingresses that say
// nothing else.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "k8swatch/annotations/redirect.h"
#include "k8swatch/config_map_reader.h"
#include "router/model.h"
#include "router/site_settings.h"

namespace headgate::k8swatch {

// Keys: http-redirect-code, hsts, hsts-max-age, hsts-include-subdomains, hsts-preload. A bad value keeps the
// default and is told.
router::SiteSettings read_site_settings(ConfigMapReader& reader);

// What Ingresses without annotations of their own do. The defaults are ingress-nginx's.
struct RedirectDefaults {
  bool ssl_redirect = true;
  bool force_ssl_redirect = false;
  bool preserve_trailing_slash = false;
  bool use_port_in_redirects = false;
  bool relative_redirects = false;
  std::vector<std::string> no_tls_locations = {"/.well-known/acme-challenge"};
  friend bool operator==(const RedirectDefaults&, const RedirectDefaults&) = default;

  // For the path of an Ingress, as written, on a host that has TLS or has none. A path that begins like one
  // of `no_tls_locations` is never redirected to HTTPS.
  [[nodiscard]] router::RedirectRules rules(const RedirectAnnotations& annotations, std::string_view path,
                                            bool host_has_tls) const;
};

// Keys: ssl-redirect, force-ssl-redirect, preserve-trailing-slash, use-port-in-redirects, relative-redirects,
// no-tls-redirect-locations.
RedirectDefaults read_redirect_defaults(ConfigMapReader& reader);

}  // namespace headgate::k8swatch
