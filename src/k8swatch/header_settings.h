// The keys of the ConfigMap about fields of requests and answers, and the bandwidth of answers.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "k8swatch/annotations/headers.h"
#include "k8swatch/config_map_reader.h"
#include "k8swatch/named_config_maps.h"
#include "k8swatch/store.h"
#include "policy/set_request_fields.h"
#include "router/site_settings.h"

namespace headgate::k8swatch {

// For the Routes of Ingresses that say nothing themselves.
struct HeaderDefaults {
  ConfigMapAccess access;
  std::vector<std::string> allowed;    // global-allowed-response-headers
  policy::SetRequestFields request;    // proxy-set-headers, proxy-add-original-uri-header
  Replacement redirect;                // proxy-redirect-from, -to
  Replacement cookie_domain;           // proxy-cookie-domain
  Replacement cookie_path;             // proxy-cookie-path
  std::uint32_t limit_rate = 0;        // KiB a second
  std::uint32_t limit_rate_after = 0;  // KiB
  friend bool operator==(const HeaderDefaults&, const HeaderDefaults&) = default;
};

// A field that cannot be set is left out and told.
HeaderDefaults read_header_defaults(ConfigMapReader& reader, const Store& store);

// Keys: add-headers, hide-headers, allow-backend-server-header, server-tokens, generate-request-id,
// enable-underscores-in-headers, ignore-invalid-headers.
void read_answer_settings(ConfigMapReader& reader, const Store& store, router::SiteSettings& site);

// The entries of a comma list, without blanks around them; empty ones are left out.
std::vector<std::string> split_list(std::string_view text);

}  // namespace headgate::k8swatch
