// The settings of all Routes from the ConfigMap named by --configmap (the keys of ingress-nginx).
#pragma once

#include "k8swatch/config_map_reader.h"
#include "router/model.h"

namespace headgate::k8swatch {

// The keys about time-outs, bodies, buffers and retries. A bad value keeps the default and is told.
router::RouteSettings read_route_settings(ConfigMapReader& reader);

}  // namespace headgate::k8swatch
