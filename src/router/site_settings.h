// What is the same for all hosts of a RoutingTable. Immutable; shared by all threads.
#pragma once

#include <cstdint>
#include <string>

#include "policy/block_rules.h"
#include "policy/forwarding.h"

namespace headgate::router {

// ConfigMap keys of ingress-nginx in brackets.
struct SiteSettings {
  int https_redirect_code = 308;   // 301, 302, 307 or 308 [http-redirect-code]
  std::uint16_t https_port = 443;  // where redirects to HTTPS lead that name a port; 0: they name none
  // The line added to every answer over HTTPS, with its CRLF, in place of the upstream's own
  // Strict-Transport-Security; empty: none is added [hsts, hsts-max-age, hsts-include-subdomains,
  // hsts-preload].
  std::string hsts_line = "Strict-Transport-Security: max-age=31536000; includeSubDomains\r\n";
  policy::BlockRules block;            // [block-cidrs, block-user-agents, block-referers]
  policy::ForwardingRules forwarding;  // [use-forwarded-headers, enable-real-ip …]
  friend bool operator==(const SiteSettings&, const SiteSettings&) = default;
};

}  // namespace headgate::router
