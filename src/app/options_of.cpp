#include "app/options_of.h"

#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "app/cpu_quota.h"

namespace headgate::app {
namespace {

bool kernel_has_ipv6() {
  const int descriptor = ::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return false;
  ::close(descriptor);
  return true;
}

// The flag table has let through nothing but IP literals.
SocketAddress address_of(const std::string& ip, std::uint16_t port) {
  return *SocketAddress::parse(ip, port);
}

}  // namespace

k8swatch::ControllerOptions controller_options(const Flags& flags) {
  k8swatch::ControllerOptions options;
  options.watch_namespace = flags.watch_namespace;
  options.translation.config_map = flags.configmap;
  options.translation.https_port = flags.https_port;
  options.translation.default_backend_service = flags.default_backend_service;
  options.translation.ssl_passthrough = flags.enable_ssl_passthrough;
  options.translation.annotation_prefix = flags.annotations_prefix;
  options.translation.certificates.default_secret = flags.default_ssl_certificate;
  options.translation.classes.ingress_class = flags.ingress_class;
  options.translation.classes.controller_class = flags.controller_class;
  options.translation.classes.ingress_class_by_name = flags.ingress_class_by_name;
  options.translation.classes.watch_without_class = flags.watch_ingress_without_class;
  options.translation.classes.disable_catch_all = flags.disable_catch_all;
  options.translation.classes.standalone = true;
  options.translation.endpoints.allow_loopback = true;
  return options;
}

std::vector<std::filesystem::path> manifest_roots(const Flags& flags) {
  return {flags.manifests.begin(), flags.manifests.end()};
}

k8swatch::DecodeOptions decode_options(const Flags& flags) {
  k8swatch::DecodeOptions options;
  options.annotation_prefixes = {flags.annotations_prefix + "/", "headgate.dev/",
                                 "kubernetes.io/ingress.class"};
  return options;
}

proxy::DataPlaneConfig data_plane_config(const Flags& flags) {
  proxy::DataPlaneConfig config;
  std::vector<std::string> addresses = flags.bind_addresses;
  if (addresses.empty()) {
    addresses = {"0.0.0.0"};
    if (kernel_has_ipv6()) addresses.emplace_back("::");
  }
  for (const std::string& address : addresses) {
    config.http_addresses.push_back(address_of(address, flags.http_port));
    if (flags.https_port != 0) config.https_addresses.push_back(address_of(address, flags.https_port));
  }
  config.workers = flags.workers != 0 ? flags.workers : usable_cpus();
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

OcspFetchOptions ocsp_fetch_options(const Flags&) {
  OcspFetchOptions options;
  options.allow_local = true;  // whoever writes the manifests owns the machine
  return options;
}

}  // namespace headgate::app
