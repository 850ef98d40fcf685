// From flags to the options of the parts.
#pragma once

#include <filesystem>
#include <vector>

#include "app/flags.h"
#include "app/ocsp_fetch.h"
#include "base/socket_address.h"
#include "k8swatch/controller.h"
#include "k8swatch/manifest_source.h"
#include "proxy/data_plane.h"

namespace headgate::app {

k8swatch::ControllerOptions controller_options(const Flags& flags);
std::vector<std::filesystem::path> manifest_roots(const Flags& flags);
// Annotations with the prefix of --annotations-prefix are read, beside our own.
k8swatch::DecodeOptions decode_options(const Flags& flags);
// Without --bind-address: all addresses, of IPv6 only where the kernel has it.
proxy::DataPlaneConfig data_plane_config(const Flags& flags);
SocketAddress admin_address(const Flags& flags);
// Only where there is a webhook.
SocketAddress webhook_address(const Flags& flags);
// What the webhook reads of a review: as decode_options(), and what nobody will read, so that it can be told.
k8swatch::DecodeOptions review_options(const Flags& flags);
OcspFetchOptions ocsp_fetch_options(const Flags& flags);

}  // namespace headgate::app
