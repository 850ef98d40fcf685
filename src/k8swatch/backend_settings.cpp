#include "k8swatch/backend_settings.h"

namespace headgate::k8swatch {

BackendSettings read_backend_settings(ConfigMapReader& reader) {
  BackendSettings settings;
  reader.boolean("service-upstream", settings.service_upstream);
  bool no_ipv6_names = false;
  reader.boolean("disable-ipv6-dns", no_ipv6_names);
  settings.ipv6_names = !no_ipv6_names;
  return settings;
}

}  // namespace headgate::k8swatch
