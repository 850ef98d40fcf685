// The settings of all Routes from the ConfigMap named by --configmap (the keys of ingress-nginx).
#pragma once

#include <vector>

#include "k8swatch/finding.h"
#include "k8swatch/objects.h"
#include "router/model.h"

namespace headgate::k8swatch {

// Keys: proxy-body-size, proxy-connect-timeout, proxy-read-timeout, proxy-send-timeout,
// proxy-next-upstream-tries. A bad value keeps the default and is told in `findings`, and so is every
// other key; empty values of these are passed over.
router::RouteSettings read_route_settings(const ConfigMap& config_map, std::vector<Finding>& findings);

}  // namespace headgate::k8swatch
