// What the appProtocol of a Service port asks for (KEP-3726 and the IANA service names).
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "k8swatch/finding.h"
#include "k8swatch/objects.h"
#include "router/model.h"

namespace headgate::k8swatch {

// Empty, http, kubernetes.io/ws and what nobody knows: HTTP/1.1, which upgrades to WebSocket. Letters may be
// of either case.
router::UpstreamProtocol upstream_protocol(std::string_view app_protocol);

// Tells what of `port`, one of `service`, is not obeyed.
void check_app_protocol(const Service& service, const ServicePort& port, std::vector<Finding>& findings);

}  // namespace headgate::k8swatch
