#include "k8swatch/backend_settings.h"

namespace headgate::k8swatch {

BackendSettings read_backend_settings(ConfigMapReader& reader) {
  BackendSettings settings;
  reader.boolean("service-upstream", settings.service_upstream);
  bool no_ipv6_names = false;
  reader.boolean("disable-ipv6-dns", no_ipv6_names);
  settings.ipv6_names = !no_ipv6_names;
  bool outlier_detection = false;
  reader.boolean("outlier-detection", outlier_detection);
  if (outlier_detection) settings.health.outliers.emplace();
  reader.count("healthy-panic-threshold", 0, 100, settings.health.panic_threshold);
  reader.time_or_zero("slow-start-window", settings.health.slow_start);
  return settings;
}

}  // namespace headgate::k8swatch
