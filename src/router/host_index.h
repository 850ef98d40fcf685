// Finds the VirtualHost of a host name: see base/host_map.h.
#pragma once

#include "base/host_map.h"
#include "router/virtual_host.h"

namespace headgate::router {

using HostChange = HostMapChange<VirtualHost>;
using HostIndex = HostMap<VirtualHost>;

}  // namespace headgate::router
