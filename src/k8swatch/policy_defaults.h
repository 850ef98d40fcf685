// What the ConfigMap says about policies, for Ingresses that say nothing themselves.
#pragma once

#include <cstdint>
#include <optional>

#include "base/cidr.h"
#include "k8swatch/annotations/balancing.h"
#include "k8swatch/config_map_reader.h"
#include "k8swatch/error_pages_defaults.h"
#include "k8swatch/external_auth_defaults.h"
#include "k8swatch/header_settings.h"
#include "k8swatch/tracing_settings.h"
#include "policy/balancing.h"
#include "policy/template.h"

namespace headgate::k8swatch {

struct LimitDefaults {
  std::uint32_t rate_status = 503;        // limit-req-status-code
  std::uint32_t connection_status = 503;  // limit-conn-status-code
  policy::Template key;                   // limit-conn-zone-variable; empty: the client's address
  friend bool operator==(const LimitDefaults&, const LimitDefaults&) = default;
};

struct PolicyDefaults {
  CidrList allowed;  // whitelist-source-range
  // It has entries, and none of them is an address: a slip of the pen must not let everybody in.
  bool allows_nobody = false;
  CidrList denied;   // denylist-source-range
  LimitDefaults limits;
  bool cross_namespace = false;        // allow-cross-namespace-resources
  ExternalAuthDefaults external_auth;  // global-auth-*, no-auth-locations
  ErrorPagesDefaults error_pages;      // custom-http-errors, disable-proxy-intercept-errors
  BalancingDefaults balancing;         // load-balance, upstream-hash-by, -subset, -subset-size
  std::optional<policy::Template> app_root;
  HeaderDefaults headers;
  TracingDefaults tracing;  // enable-opentelemetry and its family
  friend bool operator==(const PolicyDefaults&, const PolicyDefaults&) = default;
};

// Bad entries of lists are left out and told.
PolicyDefaults read_policy_defaults(ConfigMapReader& reader);

}  // namespace headgate::k8swatch
