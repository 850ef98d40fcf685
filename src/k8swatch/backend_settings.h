// The settings of the ConfigMap about how the endpoints of Services are found.
#pragma once

#include "k8swatch/config_map_reader.h"

namespace headgate::k8swatch {

struct BackendSettings {
  bool service_upstream = false;  // of Ingresses that say nothing else
  bool ipv6_names = true;         // IPv6 addresses of ExternalName Services are used
  friend bool operator==(const BackendSettings&, const BackendSettings&) = default;
};

// Keys: service-upstream, disable-ipv6-dns. A bad value keeps the default and is told.
BackendSettings read_backend_settings(ConfigMapReader& reader);

}  // namespace headgate::k8swatch
