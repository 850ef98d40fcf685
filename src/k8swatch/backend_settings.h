// The settings of the ConfigMap about how the endpoints of Services are found and watched.
#pragma once

#include "k8swatch/config_map_reader.h"
#include "router/health_settings.h"

namespace headgate::k8swatch {

struct BackendSettings {
  bool service_upstream = false;  // of Ingresses that say nothing else
  bool ipv6_names = true;         // IPv6 addresses of ExternalName Services are used
  router::HealthSettings health;  // of endpoints of which no Ingress says anything else
  friend bool operator==(const BackendSettings&, const BackendSettings&) = default;
};

// Keys: service-upstream, disable-ipv6-dns, outlier-detection, healthy-panic-threshold, slow-start-window. A
// bad value keeps the default and is told.
BackendSettings read_backend_settings(ConfigMapReader& reader);

}  // namespace headgate::k8swatch
