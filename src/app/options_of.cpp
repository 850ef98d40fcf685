#include "app/options_of.h"

#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "app/cpu_quota.h"
#include "app/own_listeners.h"
#include "app/random_uuid.h"
#include "k8swatch/load_balancer_address.h"

namespace headgate::app {
namespace {

bool kernel_has_ipv6() {
  const int descriptor = ::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return false;
  ::close(descriptor);
  return true;
}

// Whoever writes manifests into a folder owns the machine; who writes to a cluster does not.
bool is_standalone(const Flags& flags) { return !flags.manifests.empty(); }

// The flag table has let through nothing but IP literals.
SocketAddress address_of(const std::string& ip, std::uint16_t port) {
  return *SocketAddress::parse(ip, port);
}

}  // namespace

k8swatch::Location location(const Flags& flags) {
  k8swatch::Location here{flags.node_name, flags.zone};
  const char* const node = std::getenv("NODE_NAME");
  if (here.node.empty() && node != nullptr) here.node = node;
  return here;
}

k8swatch::ControllerOptions controller_options(const Flags& flags) {
  k8swatch::ControllerOptions options;
  options.watch_namespace = flags.watch_namespace;
  options.translation.config_map = flags.configmap;
  options.translation.https_port = flags.https_port;
  options.translation.default_backend_service = flags.default_backend_service;
  options.translation.ssl_passthrough = flags.enable_ssl_passthrough && flags.https_port != 0;
  options.translation.annotation_prefix = flags.annotations_prefix;
  options.translation.certificates.default_secret = flags.default_ssl_certificate;
  options.translation.classes.ingress_class = flags.ingress_class;
  options.translation.classes.controller_class = flags.controller_class;
  options.translation.classes.ingress_class_by_name = flags.ingress_class_by_name;
  options.translation.classes.watch_without_class = flags.watch_ingress_without_class;
  options.translation.classes.disable_catch_all = flags.disable_catch_all;
  options.translation.classes.standalone = is_standalone(flags);
  options.translation.endpoints.allow_loopback = is_standalone(flags);
  // Whoever writes the manifests owns the machine; a tenant of a cluster does not.
  if (!is_standalone(flags)) options.translation.endpoints.own_listeners = own_listeners(flags);
  options.translation.endpoints.topology_aware = flags.enable_topology_aware_routing;
  options.translation.endpoints.location = location(flags);
  options.translation.endpoints.external_names = !flags.disable_svc_external_name;
  return options;
}

k8swatch::CAresOptions resolver_options(const Flags& flags) {
  k8swatch::CAresOptions options;
  options.servers = flags.resolver;
  return options;
}

k8swatch::ApiConfigOptions api_config_options(const Flags& flags) {
  k8swatch::ApiConfigOptions options;
  options.kubeconfig = flags.kubeconfig;
  options.apiserver_host = flags.apiserver_host;
  options.certificate_authority = flags.certificate_authority;
  return options;
}

k8swatch::ApiSourceOptions api_source_options(const Flags& flags) {
  k8swatch::WatchScope scope;
  scope.watch_namespace = flags.watch_namespace;
  scope.namespace_selector = flags.watch_namespace_selector;
  scope.config_map = flags.configmap;
  scope.default_ssl_certificate = flags.default_ssl_certificate;
  scope.default_backend_service = flags.default_backend_service;
  k8swatch::ApiSourceOptions options;
  options.resources = watched_resources(scope);
  options.decoding = decode_options(flags);
  return options;
}

std::vector<std::string> flag_warnings(const Flags& flags) {
  std::vector<std::string> warnings;
  if (flags.https_port != 0) return warnings;
  warnings.emplace_back(
      "flag --https-port=0: no HTTPS here, so certificates are not used and plain HTTP is not redirected, "
      "except by force-ssl-redirect (for TLS that ends at a balancer)");
  if (flags.enable_ssl_passthrough)
    warnings.emplace_back("flag --enable-ssl-passthrough: no effect with --https-port=0");
  return warnings;
}

std::vector<std::filesystem::path> manifest_roots(const Flags& flags) {
  return {flags.manifests.begin(), flags.manifests.end()};
}

k8swatch::DecodeOptions decode_options(const Flags& flags) {
  k8swatch::DecodeOptions options;
  options.annotation_prefixes = {flags.annotations_prefix + "/", "headgate.dev/",
                                 "kubernetes.io/ingress.class"};
  options.config_map = flags.configmap;
  return options;
}

proxy::ListenAddresses listen_addresses(const Flags& flags, const k8swatch::ProcessSettings& settings) {
  std::vector<std::string> ips = flags.bind_addresses;
  if (ips.empty())
    for (const SocketAddress& address : settings.bind_addresses)
      if (settings.ipv6 || !address.is_v6()) ips.push_back(address.ip_string());
  if (ips.empty()) {
    ips = {"0.0.0.0"};
    if (settings.ipv6 && kernel_has_ipv6()) ips.emplace_back("::");
  }
  proxy::ListenAddresses addresses;
  for (const std::string& ip : ips) {
    addresses.http.push_back(address_of(ip, flags.http_port));
    if (flags.https_port != 0) addresses.https.push_back(address_of(ip, flags.https_port));
  }
  return addresses;
}

std::string describe(const proxy::ListenAddresses& addresses) {
  std::string text = "listening on";
  for (const SocketAddress& address : addresses.http) text += " " + address.to_string();
  if (!addresses.https.empty()) text += ", for HTTPS on";
  for (const SocketAddress& address : addresses.https) text += " " + address.to_string();
  return text;
}

proxy::DataPlaneConfig data_plane_config(const Flags& flags) {
  proxy::DataPlaneConfig config;
  config.listen = listen_addresses(flags, {});
  config.workers = flags.workers != 0 ? flags.workers : usable_cpus();
  config.request_buffer_dir = flags.request_buffer_dir;
  config.request_buffer_memory = flags.request_buffer_memory;
  config.request_buffer_disk = flags.request_buffer_disk;
  return config;
}

SocketAddress admin_address(const Flags& flags) {
  if (!flags.healthz_host.empty()) return address_of(flags.healthz_host, flags.healthz_port);
  return address_of(kernel_has_ipv6() ? "::" : "0.0.0.0", flags.healthz_port);
}

SocketAddress webhook_address(const Flags& flags) {
  if (!flags.webhook_ip.empty()) return address_of(flags.webhook_ip, flags.webhook_port);
  return address_of(kernel_has_ipv6() ? "::" : "0.0.0.0", flags.webhook_port);
}

k8swatch::DecodeOptions review_options(const Flags& flags) {
  k8swatch::DecodeOptions options = decode_options(flags);
  options.annotation_prefixes.emplace_back("nginx.ingress.kubernetes.io/");
  return options;
}

OcspFetchOptions ocsp_fetch_options(const Flags& flags) {
  OcspFetchOptions options;
  options.allow_local = is_standalone(flags);
  return options;
}

std::string election_id(const Flags& flags) {
  return flags.election_id.empty() ? "ingress-controller-leader-" + flags.ingress_class : flags.election_id;
}

ClusterWriterOptions cluster_writer_options(const Flags& flags, const std::string& pod_namespace,
                                            const std::string& pod_name) {
  ClusterWriterOptions options;
  options.elect = flags.leader_election;
  options.election.namespace_name = pod_namespace;
  options.election.lease_name = election_id(flags);
  // A pod that is made anew may have its old name.
  options.election.identity = pod_name + "_" + random_uuid();
  options.election = with_ttl(std::move(options.election), flags.election_ttl);
  options.update_status = flags.update_status;
  options.clear_at_the_end = flags.update_status_on_shutdown;
  for (const std::string& address : flags.publish_status_address)
    options.addresses.fixed.push_back(k8swatch::load_balancer_address(address));
  options.addresses.publish_service = flags.publish_service;
  options.addresses.pod_namespace = pod_namespace;
  options.addresses.pod_name = pod_name;
  options.addresses.internal_node_address = flags.report_node_internal_ip_address;
  options.addresses.interval = flags.status_update_interval;
  options.sync_events = flags.sync_events;
  options.reporter.instance = pod_name;
  options.pod_namespace = pod_namespace;
  options.pod_name = pod_name;
  return options;
}

}  // namespace headgate::app
