// What the ConfigMap says about policies, for Ingresses that say nothing themselves.
#pragma once

#include "base/cidr.h"
#include "k8swatch/config_map_reader.h"
#include "k8swatch/error_pages_defaults.h"
#include "k8swatch/external_auth_defaults.h"

namespace headgate::k8swatch {

struct PolicyDefaults {
  CidrList allowed;                    // whitelist-source-range
  CidrList denied;                     // denylist-source-range
  ExternalAuthDefaults external_auth;  // global-auth-*, no-auth-locations
  ErrorPagesDefaults error_pages;      // custom-http-errors, disable-proxy-intercept-errors
  friend bool operator==(const PolicyDefaults&, const PolicyDefaults&) = default;
};

// Bad entries of lists are left out and told.
PolicyDefaults read_policy_defaults(ConfigMapReader& reader);

}  // namespace headgate::k8swatch
