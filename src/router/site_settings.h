// What is the same for all hosts of a RoutingTable. Immutable; shared by all threads.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "policy/block_rules.h"
#include "policy/compression.h"
#include "policy/fixed_fields.h"
#include "policy/forwarding.h"
#include "policy/tracing.h"
#include "router/log_format_ref.h"

namespace headgate::router {

// ConfigMap keys of ingress-nginx in brackets.
struct SiteSettings {
  int https_redirect_code = 308;   // 301, 302, 307 or 308 [http-redirect-code]
  std::uint16_t https_port = 443;  // where redirects to HTTPS lead that name a port; 0: they name none
  // The line added to every answer over HTTPS, with its CRLF, in place of the upstream's own
  // Strict-Transport-Security; empty: none is added [hsts, hsts-max-age, hsts-include-subdomains,
  // hsts-preload].
  std::string hsts_line = "Strict-Transport-Security: max-age=31536000; includeSubDomains\r\n";
  policy::BlockRules block;                // [block-cidrs, block-user-agents, block-referers]
  policy::ForwardingRules forwarding;      // [use-forwarded-headers, enable-real-ip …]
  policy::Compression compression;         // of pods' answers; off by default [gzip, brotli and zstd keys]
  policy::FixedFields add_fields;          // of every answer [add-headers]
  std::vector<std::string> hidden_fields;  // of the pods' answers, dropped [hide-headers]
  bool pass_server = false;                // the pods' Server [allow-backend-server-header]
  bool name_server = false;                // Server of ours, where there is none [server-tokens]
  bool generate_request_id = true;         // where a client sends none [generate-request-id]
  bool pass_underscores = false;           // of request fields [enable-underscores-in-headers]
  // Request fields with other bytes in their names than letters, digits and '-' [ignore-invalid-headers:
  // false].
  bool pass_unusual = false;
  bool access_log = true;  // [disable-access-log]
  bool log_default_backend =
      false;                       // requests for hosts of no Ingress [enable-access-log-for-default-backend]
  bool log_auth_requests = false;  // lines for requests to auth services [enable-auth-access-log]
  LogFormatRef log_format;         // [log-format-upstream, log-format-escape-json, -none]
  policy::TracingRules tracing;    // of Routes that are traced [otel-sampler …, otlp-collector-host]
  std::vector<std::string> unlogged_urls;  // paths as clients write them [skip-access-log-urls]

  [[nodiscard]] bool changes_answers() const {
    return !add_fields.empty() || !hidden_fields.empty() || pass_server || name_server;
  }
  friend bool operator==(const SiteSettings&, const SiteSettings&) = default;
};

}  // namespace headgate::router
