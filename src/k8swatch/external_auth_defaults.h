// What the ConfigMap says about auth services: global-auth-*, and no-auth-locations.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "k8swatch/config_map_reader.h"
#include "k8swatch/external_auth_config.h"

namespace headgate::k8swatch {

struct ExternalAuthDefaults {
  std::optional<ExternalAuthConfig> global;  // broken: paths that would ask it answer 503
  std::vector<std::string> open_paths{"/.well-known/acme-challenge"};  // no-auth-locations
  friend bool operator==(const ExternalAuthDefaults&, const ExternalAuthDefaults&) = default;

  // Whether a path, as an Ingress writes it, is spared all authentication.
  [[nodiscard]] bool spares(std::string_view path) const;
};

ExternalAuthDefaults read_external_auth_defaults(ConfigMapReader& reader);

}  // namespace headgate::k8swatch
