// Hosts of URLs as places that requests are sent to: Services by their DNS name, and everything else.
#pragma once

#include <string_view>

#include "k8swatch/names.h"
#include "k8swatch/objects.h"

namespace headgate::k8swatch {

// "<service>.<namespace>.svc[.<domain>]": that Service. Else no namespace, and the host as the name: no
// Service is called so.
ObjectNameView service_of_host(std::string_view host);

// An ExternalName Service that stands for `host`, as if somebody had made one.
Service external_service_for(std::string_view host);

}  // namespace headgate::k8swatch
