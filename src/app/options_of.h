// From flags to the options of the parts.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "app/cluster_writers.h"
#include "app/flags.h"
#include "app/ocsp_fetch.h"
#include "base/socket_address.h"
#include "k8swatch/api_config.h"
#include "k8swatch/api_source.h"
#include "k8swatch/c_ares_resolver.h"
#include "k8swatch/controller.h"
#include "k8swatch/manifest_source.h"
#include "proxy/data_plane.h"

namespace headgate::app {

// Where this process runs, as far as flags and environment say.
k8swatch::Location location(const Flags& flags);
k8swatch::ControllerOptions controller_options(const Flags& flags);
// What flags, each good in itself, do not do together. For the log at start.
std::vector<std::string> flag_warnings(const Flags& flags);
// Without manifests objects come from an API server.
k8swatch::ApiConfigOptions api_config_options(const Flags& flags);
k8swatch::ApiSourceOptions api_source_options(const Flags& flags);
std::vector<std::filesystem::path> manifest_roots(const Flags& flags);
// The resolver of ExternalName Services.
k8swatch::CAresOptions resolver_options(const Flags& flags);
// Annotations with the prefix of --annotations-prefix are read, beside our own.
k8swatch::DecodeOptions decode_options(const Flags& flags);
// Without --bind-address: all addresses, of IPv6 only where the kernel has it.
proxy::DataPlaneConfig data_plane_config(const Flags& flags);
// Where the flags, and where they do not say it the ConfigMap, want clients listened to.
proxy::ListenAddresses listen_addresses(const Flags& flags, const k8swatch::ProcessSettings& settings);
// For the log.
std::string describe(const proxy::ListenAddresses& addresses);
SocketAddress admin_address(const Flags& flags);
// Only where there is a webhook.
SocketAddress webhook_address(const Flags& flags);
// What the webhook reads of a review: as decode_options(), and what nobody will read, so that it can be told.
k8swatch::DecodeOptions review_options(const Flags& flags);
OcspFetchOptions ocsp_fetch_options(const Flags& flags);
// The name of the Lease: --election-id, else one for the class, so that controllers of two classes in one
// namespace do not wait for each other.
std::string election_id(const Flags& flags);
// `pod_namespace` and `pod_name`: POD_NAMESPACE and POD_NAME, neither empty.
ClusterWriterOptions cluster_writer_options(const Flags& flags, const std::string& pod_namespace,
                                            const std::string& pod_name);

}  // namespace headgate::app
