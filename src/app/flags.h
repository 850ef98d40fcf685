// What the command line says, as values. The defaults here are the defaults of the program.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace headgate::app {

struct Flags {
  // Source of objects.
  std::vector<std::string> manifests;  // files and folders; empty: the Kubernetes API
  std::string kubeconfig;              // empty: as the environment says
  std::string apiserver_host;          // URL; likewise
  std::string certificate_authority;   // file; likewise
  std::string snapshot_dir;            // folder; empty: no snapshots

  // Which Ingresses are taken.
  std::string ingress_class = "headgate";
  std::string controller_class = "headgate.dev/ingress-controller";
  bool ingress_class_by_name = false;
  bool watch_ingress_without_class = false;
  bool disable_catch_all = false;
  std::string watch_namespace;           // empty: all
  std::string watch_namespace_selector;  // a label selector; empty: all. Not with watch_namespace
  std::string configmap;                 // "namespace/name" or empty
  std::string default_backend_service;   // "namespace/name" or empty: the built-in 404
  std::string default_ssl_certificate;   // "namespace/name" or empty: a generated one
  bool enable_ssl_passthrough = false;
  bool disable_svc_external_name = false;
  std::string resolver;  // "IP[:PORT],…"; empty: as /etc/resolv.conf says
  bool enable_topology_aware_routing = false;
  std::string node_name;  // empty: environment variable NODE_NAME
  std::string zone;       // empty: as the Node object says
  std::string annotations_prefix = "nginx.ingress.kubernetes.io";

  // Listening.
  std::vector<std::string> bind_addresses;  // IP literals; empty: all addresses of both families
  std::uint16_t http_port = 80;
  std::uint16_t https_port = 443;  // 0: none
  std::uint16_t healthz_port = 10254;
  std::string healthz_host;  // IP literal; empty: all addresses

  // The admission webhook.
  std::string webhook_ip;           // IP literal; empty: all addresses
  std::uint16_t webhook_port = 0;   // 0: no webhook
  std::string webhook_certificate;  // files, PEM; empty only where there is no webhook
  std::string webhook_key;

  // The data plane.
  unsigned workers = 0;  // 0: as many as the CPU quota allows
  // Contents of requests and answers that are buffered (proxy-request-buffering, proxy-buffering); the bounds
  // are of all of them together.
  std::string request_buffer_dir;  // folder for those in files; empty: $TMPDIR or /tmp
  std::uint64_t request_buffer_memory = std::uint64_t{64} << 20;  // bytes
  std::uint64_t request_buffer_disk = std::uint64_t{1} << 30;     // bytes

  // Logs.
  std::string access_log_path = "stdout";  // "stdout", "off" or a file
  int verbosity = 2;                       // klog's -v: below 2 warnings, 2 information, above 2 debugging

  // What is written to the API server.
  bool leader_election = true;
  std::string election_id;  // name of the Lease; empty: made of the class
  std::chrono::seconds election_ttl{30};
  bool update_status = true;
  bool update_status_on_shutdown = true;
  std::string publish_service;                      // "namespace/name" or empty
  std::vector<std::string> publish_status_address;  // IP addresses and host names
  bool report_node_internal_ip_address = false;
  std::chrono::seconds status_update_interval{60};
  bool sync_events = true;

  // Life and end.
  std::chrono::seconds shutdown_grace_period{0};
  std::chrono::seconds worker_shutdown_timeout{240};

  friend bool operator==(const Flags&, const Flags&) = default;
};

}  // namespace headgate::app
