#include "app/flag_table.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <limits>
#include <string>
#include <vector>

#include "base/quoted.h"
#include "base/socket_address.h"
#include "base/units.h"
#include "k8swatch/label_selector.h"
#include "k8swatch/names.h"

namespace headgate::app {
namespace {

template <typename Number>
Result<Number> parse_number(std::string_view text, Number low, Number high) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < low || value > high)
    return fail("expected a number from " + std::to_string(low) + " to " + std::to_string(high) + ", not " +
                quoted(text));
  return value;
}

template <typename Number, typename Target>
Result<void> set_number(Target& target, std::string_view text, Number low, Number high) {
  const Result<Number> number = parse_number<Number>(text, low, high);
  if (!number) return fail(number.error().message);
  target = Target(*number);
  return {};
}

Result<void> set_bool(bool& target, std::string_view text) {
  if (text == "true" || text == "1" || text == "t") {
    target = true;
  } else if (text == "false" || text == "0" || text == "f") {
    target = false;
  } else {
    return fail("expected true or false, not " + quoted(text));
  }
  return {};
}

Result<void> set_text(std::string& target, std::string_view text) {
  if (text.empty()) return fail("expected a value, not nothing");
  target = text;
  return {};
}

// "64m"; 0 is a size, too.
Result<void> set_size(std::uint64_t& target, std::string_view text) {
  const Result<std::uint64_t> bytes = parse_size(text);
  if (!bytes) return fail(bytes.error().message);
  target = *bytes;
  return {};
}

// "namespace/name"; empty is "none".
Result<void> set_object_name(std::string& target, std::string_view text) {
  const auto name = k8swatch::split_name_key(text);
  const bool fine =
      name && k8swatch::is_dns1123_label(name->namespace_name) && k8swatch::is_dns1123_subdomain(name->name);
  if (!text.empty() && !fine) return fail("expected namespace/name, not " + quoted(text));
  target = text;
  return {};
}

// An IP literal, with or without the brackets of a URL.
Result<std::string> parse_ip(std::string_view text) {
  if (text.size() > 2 && text.front() == '[' && text.back() == ']') text = text.substr(1, text.size() - 2);
  const Result<SocketAddress> address = SocketAddress::parse(text, 0);
  if (!address) return fail("expected an IP address, not " + quoted(text));
  return std::string(text);
}

// ":8443", "10.0.0.1:8443", "[::1]:8443"; empty is "none".
Result<void> set_listener(std::string& ip, std::uint16_t& port, std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (!text.empty() && colon == std::string_view::npos)
    return fail("expected :PORT or IP:PORT, not " + quoted(text));
  std::string new_ip;
  std::uint16_t new_port = 0;
  if (!text.empty()) {
    const std::string_view host = text.substr(0, colon);
    // "::1:8443" could be an address or an address and a port.
    if (host.find(':') != std::string_view::npos && !host.starts_with('['))
      return fail("expected brackets round an IPv6 address, as in [::1]:8443, not " + quoted(text));
    if (!host.empty()) {
      Result<std::string> parsed = parse_ip(host);
      if (!parsed) return fail(parsed.error().message);
      new_ip = *std::move(parsed);
    }
    const Result<std::uint16_t> number =
        parse_number<std::uint16_t>(text.substr(colon + 1), 1, std::numeric_limits<std::uint16_t>::max());
    if (!number) return fail(number.error().message);
    new_port = *number;
  }
  ip = std::move(new_ip);
  port = new_port;
  return {};
}

Result<void> add_addresses(std::vector<std::string>& target, std::string_view list) {
  std::size_t begin = 0;
  while (true) {
    const std::size_t comma = std::min(list.find(',', begin), list.size());
    Result<std::string> ip = parse_ip(list.substr(begin, comma - begin));
    if (!ip) return fail(ip.error().message);
    if (std::find(target.begin(), target.end(), *ip) == target.end()) target.push_back(*std::move(ip));
    if (comma == list.size()) return {};
    begin = comma + 1;
  }
}

// "IP[:PORT],…", an IPv6 address with a port in brackets: what c-ares takes.
Result<void> set_servers(std::string& target, std::string_view list) {
  for (std::size_t begin = 0; !list.empty() && begin <= list.size();) {
    const std::size_t comma = std::min(list.find(',', begin), list.size());
    const std::string_view server = list.substr(begin, comma - begin);
    std::string_view ip = server;
    const std::size_t colon = server.rfind(':');
    if (colon != std::string_view::npos && (server.find(':') == colon || server.rfind("]:") != server.npos)) {
      const auto port = parse_number<std::uint16_t>(server.substr(colon + 1), 1, 65535);
      if (!port) return fail(port.error().message);
      ip = server.substr(0, colon);
    }
    if (const auto address = parse_ip(ip); !address) return fail(address.error().message);
    begin = comma + 1;
  }
  target = list;
  return {};
}

Result<void> set_not(bool& target, std::string_view text) {
  bool value = false;
  if (Result<void> set = set_bool(value, text); !set) return set;
  target = !value;
  return {};
}

// A comma list of IP addresses and host names, blanks around them allowed.
Result<void> add_status_addresses(std::vector<std::string>& target, std::string_view list) {
  if (list.empty()) return {};
  std::size_t begin = 0;
  while (begin <= list.size()) {
    const std::size_t comma = std::min(list.find(',', begin), list.size());
    std::string_view each = list.substr(begin, comma - begin);
    begin = comma + 1;
    while (each.starts_with(' ')) each.remove_prefix(1);
    while (each.ends_with(' ')) each.remove_suffix(1);
    if (!SocketAddress::parse(each, 0) && !k8swatch::is_dns1123_subdomain(each))
      return fail("expected IP addresses and host names, not " + quoted(each));
    if (std::find(target.begin(), target.end(), each) == target.end()) target.emplace_back(each);
  }
  return {};
}

// A Lease counts in whole seconds.
Result<void> set_election_ttl(std::chrono::seconds& target, std::string_view text) {
  const Result<std::chrono::milliseconds> time = parse_time(text);
  if (!time || *time < std::chrono::seconds(1) || *time > std::chrono::hours(1))
    return fail("expected a time from 1s to 1h, not " + quoted(text));
  target = std::chrono::ceil<std::chrono::seconds>(*time);
  return {};
}

constexpr std::uint16_t kMaxPort = 65535;
constexpr auto kValue = FlagKind::value;
constexpr auto kBoolean = FlagKind::boolean;

using enum FlagGroup;

// clang-format has no good way with a table of texts and functions.
// clang-format off
constexpr FlagRow kRows[] = {
    {"manifests", source, FlagKind::repeatable, "PATH", "",
     "File or folder of Kubernetes manifests (.yaml, .yml, .json) to serve and to follow; may be given "
     "several times",
     [](Flags& f, std::string_view v) -> Result<void> {
       if (v.empty()) return fail("expected a path, not nothing");
       f.manifests.emplace_back(v);
       return {};
     }},
    {"kubeconfig", source, kValue, "PATH", "",
     "Without --manifests: the kubeconfig that says how to reach the Kubernetes API server; without it the "
     "pod's ServiceAccount, outside of pods the files of KUBECONFIG",
     [](Flags& f, std::string_view v) -> Result<void> {
       f.kubeconfig = v;
       return {};
     }},
    {"apiserver-host", source, kValue, "URL", "",
     "URL of the Kubernetes API server, instead of what the kubeconfig or the pod says",
     [](Flags& f, std::string_view v) -> Result<void> {
       f.apiserver_host = v;
       return {};
     }},
    {"certificate-authority", source, kValue, "PATH", "",
     "File with the authority of the Kubernetes API server's certificate",
     [](Flags& f, std::string_view v) -> Result<void> {
       f.certificate_authority = v;
       return {};
     }},
    {"snapshot-dir", source, kValue, "PATH", "",
     "Keep the last good objects of the cluster in this folder and, where the Kubernetes API cannot be read "
     "at the start, serve those. The folder then holds private keys: it must be nobody else's",
     [](Flags& f, std::string_view v) -> Result<void> {
       f.snapshot_dir = v;
       return {};
     }},

    {"ingress-class", selection, kValue, "NAME", "headgate",
     "Value of the annotation kubernetes.io/ingress.class to take, and the class name for "
     "--ingress-class-by-name",
     [](Flags& f, std::string_view v) { return set_text(f.ingress_class, v); }},
    {"controller-class", selection, kValue, "NAME", "headgate.dev/ingress-controller",
     "IngressClasses with this spec.controller are ours",
     [](Flags& f, std::string_view v) { return set_text(f.controller_class, v); }},
    {"ingress-class-by-name", selection, kBoolean, "", "false",
     "Also own the IngressClass named like --ingress-class, whatever its controller",
     [](Flags& f, std::string_view v) { return set_bool(f.ingress_class_by_name, v); }},
    {"watch-ingress-without-class", selection, kBoolean, "", "false",
     "Also take Ingresses that name no class (with --manifests they are taken anyway)",
     [](Flags& f, std::string_view v) { return set_bool(f.watch_ingress_without_class, v); }},
    {"watch-namespace", selection, kValue, "NAMESPACE", "", "Take Ingresses of this namespace only",
     [](Flags& f, std::string_view v) -> Result<void> {
       if (!v.empty() && !k8swatch::is_dns1123_label(v))
         return fail("expected the name of a namespace, not " + quoted(v));
       f.watch_namespace = v;
       return {};
     }},
    {"watch-namespace-selector", selection, kValue, "SELECTOR", "",
     "Take Ingresses only of namespaces with these labels, as kubectl -l has them; not with "
     "--watch-namespace or --manifests",
     [](Flags& f, std::string_view v) -> Result<void> {
       if (!v.empty())
         if (Result<void> fine = k8swatch::check_label_selector(v); !fine) return fine;
       f.watch_namespace_selector = v;
       return {};
     }},
    {"disable-catch-all", selection, kBoolean, "", "false",
     "Ignore Ingresses with a spec.defaultBackend, whole",
     [](Flags& f, std::string_view v) { return set_bool(f.disable_catch_all, v); }},
    {"configmap", selection, kValue, "NAMESPACE/NAME", "", "ConfigMap with the global settings",
     [](Flags& f, std::string_view v) { return set_object_name(f.configmap, v); }},
    {"default-backend-service", selection, kValue, "NAMESPACE/NAME", "",
     "Service (its first port) for requests that no rule matches; without it they get 404",
     [](Flags& f, std::string_view v) { return set_object_name(f.default_backend_service, v); }},
    {"default-ssl-certificate", selection, kValue, "NAMESPACE/NAME", "",
     "Secret of the certificate for names without one of their own; without it, and while the Secret is "
     "missing, a generated one",
     [](Flags& f, std::string_view v) { return set_object_name(f.default_ssl_certificate, v); }},
    {"enable-ssl-passthrough", selection, kBoolean, "", "false",
     "Hand TLS connections unopened to the pods of hosts that ask for it by the annotation ssl-passthrough",
     [](Flags& f, std::string_view v) { return set_bool(f.enable_ssl_passthrough, v); }},
    {"disable-svc-external-name", selection, kBoolean, "", "false",
     "Services of type ExternalName have no endpoints (503)",
     [](Flags& f, std::string_view v) { return set_bool(f.disable_svc_external_name, v); }},
    {"resolver", selection, kValue, "IP[:PORT],...", "",
     "DNS servers for ExternalName Services, instead of those of /etc/resolv.conf, whose search rules count "
     "anyway",
     [](Flags& f, std::string_view v) { return set_servers(f.resolver, v); }},
    {"enable-topology-aware-routing", selection, kBoolean, "", "false",
     "Send requests to endpoints of the same node or zone where the hints of EndpointSlices say so",
     [](Flags& f, std::string_view v) { return set_bool(f.enable_topology_aware_routing, v); }},
    {"node-name", selection, kValue, "NAME", "",
     "Node that Headgate runs on, for --enable-topology-aware-routing; without it the environment variable "
     "NODE_NAME",
     [](Flags& f, std::string_view v) {
       f.node_name = v;
       return Result<void>();
     }},
    {"zone", selection, kValue, "ZONE", "",
     "Zone that Headgate runs in, for --enable-topology-aware-routing",
     [](Flags& f, std::string_view v) {
       f.zone = v;
       return Result<void>();
     }},
    {"annotations-prefix", selection, kValue, "PREFIX", "nginx.ingress.kubernetes.io",
     "Prefix of the annotations on Ingresses that are read",
     [](Flags& f, std::string_view v) { return set_text(f.annotations_prefix, v); }},

    {"bind-address", listening, FlagKind::repeatable, "IP[,IP...]", "",
     "Addresses to accept clients on; without it those of the ConfigMap's bind-address, or else all, IPv4 "
     "and IPv6",
     [](Flags& f, std::string_view v) { return add_addresses(f.bind_addresses, v); }},
    {"http-port", listening, kValue, "PORT", "80", "Port for HTTP",
     [](Flags& f, std::string_view v) {
       return set_number<std::uint16_t>(f.http_port, v, 1, kMaxPort);
     }},
    {"https-port", listening, kValue, "PORT", "443", "Port for HTTPS (0: none)",
     [](Flags& f, std::string_view v) {
       return set_number<std::uint16_t>(f.https_port, v, 0, kMaxPort);
     }},
    {"healthz-port", listening, kValue, "PORT", "10254",
     "Port for /healthz, /readyz, /metrics and /debug",
     [](Flags& f, std::string_view v) {
       return set_number<std::uint16_t>(f.healthz_port, v, 1, kMaxPort);
     }},
    {"healthz-host", listening, kValue, "IP", "",
     "Address of the healthz port; without it all addresses",
     [](Flags& f, std::string_view v) -> Result<void> {
       if (v.empty()) {
         f.healthz_host.clear();
         return {};
       }
       Result<std::string> ip = parse_ip(v);
       if (!ip) return fail(ip.error().message);
       f.healthz_host = *std::move(ip);
       return {};
     }},

    {"validating-webhook", listening, kValue, "[IP]:PORT", "",
     "Where the validating admission webhook listens, as in ':8443'; without it there is none. Needs the "
     "next two",
     [](Flags& f, std::string_view v) { return set_listener(f.webhook_ip, f.webhook_port, v); }},
    {"validating-webhook-certificate", listening, kValue, "PATH", "",
     "File with the webhook's certificate chain (PEM); read again when it changes",
     [](Flags& f, std::string_view v) -> Result<void> {
       f.webhook_certificate = v;
       return {};
     }},
    {"validating-webhook-key", listening, kValue, "PATH", "",
     "File with the key of that certificate (PEM); read again when it changes",
     [](Flags& f, std::string_view v) -> Result<void> {
       f.webhook_key = v;
       return {};
     }},

    {"workers", data_plane, kValue, "N", "0",
     "Worker threads; 0: as many as the CPU quota allows, at least 1",
     [](Flags& f, std::string_view v) { return set_number<unsigned>(f.workers, v, 0, 256); }},
    {"request-buffer-dir", data_plane, kValue, "PATH", "",
     "Folder for contents of requests and answers that are buffered (proxy-request-buffering, proxy-buffering) "
     "and do not fit their part of memory; without it $TMPDIR, else /tmp",
     [](Flags& f, std::string_view v) -> Result<void> {
       f.request_buffer_dir = v;
       return {};
     }},
    {"request-buffer-memory", data_plane, kValue, "SIZE", "64m",
     "Most memory for contents of buffered requests and answers, all together, and half of it for answers; "
     "what is more goes into files",
     [](Flags& f, std::string_view v) { return set_size(f.request_buffer_memory, v); }},
    {"request-buffer-disk", data_plane, kValue, "SIZE", "1g",
     "Most bytes of contents of buffered requests and answers in files, all together, half of it for the "
     "requests of one namespace, and half for answers (a quarter for those of one namespace); a request that "
     "needs more is answered with 503, an answer waits in its pod",
     [](Flags& f, std::string_view v) { return set_size(f.request_buffer_disk, v); }},

    {"access-log-path", logs, kValue, "PATH", "stdout",
     "Where the access log goes: stdout, stderr, off, or a file (SIGHUP opens it anew). The ConfigMap's "
     "access-log-path and its family count more",
     [](Flags& f, std::string_view v) { return set_text(f.access_log_path, v); }},
    {"v", logs, kValue, "LEVEL", "2",
     "Log level: below 2 errors and warnings, 2 also information, above 2 everything",
     [](Flags& f, std::string_view v) { return set_number<int>(f.verbosity, v, 0, 10); }},

    {"shutdown-grace-period", lifecycle, kValue, "SECONDS", "0",
     "After SIGTERM: answer /healthz with 500 but go on serving for so long before draining",
     [](Flags& f, std::string_view v) {
       return set_number<unsigned>(f.shutdown_grace_period, v, 0, 86400);
     }},
    {"worker-shutdown-timeout", lifecycle, kValue, "SECONDS", "240",
     "How long draining waits for running requests and tunnels",
     [](Flags& f, std::string_view v) { return set_number<unsigned>(f.worker_shutdown_timeout, v, 0, 86400); }},

    {"publish-service", writing, kValue, "NAMESPACE/NAME", "",
     "Service whose addresses become the status of Ingresses; without it those of --publish-status-address, "
     "else of the nodes of the controller's pods",
     [](Flags& f, std::string_view v) { return set_object_name(f.publish_service, v); }},
    {"publish-status-address", writing, FlagKind::repeatable, "ADDRESS[,ADDRESS...]", "",
     "IP addresses and host names for the status of Ingresses; not with --publish-service",
     [](Flags& f, std::string_view v) { return add_status_addresses(f.publish_status_address, v); }},
    {"report-node-internal-ip-address", writing, kBoolean, "", "false",
     "Of nodes, put the internal address into the status of Ingresses",
     [](Flags& f, std::string_view v) { return set_bool(f.report_node_internal_ip_address, v); }},
    {"update-status", writing, kBoolean, "", "true", "Write the status of Ingresses (the leader does)",
     [](Flags& f, std::string_view v) { return set_bool(f.update_status, v); }},
    {"update-status-on-shutdown", writing, kBoolean, "", "true",
     "Clear the status of Ingresses when the last replica ends",
     [](Flags& f, std::string_view v) { return set_bool(f.update_status_on_shutdown, v); }},
    {"status-update-interval", writing, kValue, "SECONDS", "60",
     "Time between two looks at the addresses for the status",
     [](Flags& f, std::string_view v) { return set_number<unsigned>(f.status_update_interval, v, 1, 86400); }},
    {"election-id", writing, kValue, "NAME", "",
     "Name of the Lease for the leader election, in the controller's namespace; without it "
     "ingress-controller-leader- and the name of --ingress-class",
     [](Flags& f, std::string_view v) -> Result<void> {
       if (!v.empty() && !k8swatch::is_dns1123_subdomain(v))
         return fail("expected the name of a Lease, not " + quoted(v));
       f.election_id = v;
       return {};
     }},
    {"election-ttl", writing, kValue, "DURATION", "30s",
     "How long a leader that is gone keeps others from leading; it renews within half of it",
     [](Flags& f, std::string_view v) { return set_election_ttl(f.election_ttl, v); }},
    {"disable-leader-election", writing, kBoolean, "", "false",
     "No leader, so no status; every replica writes Events",
     [](Flags& f, std::string_view v) { return set_not(f.leader_election, v); }},
    {"disable-sync-events", writing, kBoolean, "", "false", "No Event for each Ingress that is taken",
     [](Flags& f, std::string_view v) { return set_not(f.sync_events, v); }},

    {"help", information, kBoolean, "", "false", "Print this and exit",
     [](Flags&, std::string_view v) {
       bool ignored = false;
       return set_bool(ignored, v);
     }},
    {"version", information, kBoolean, "", "false", "Print the version and exit",
     [](Flags&, std::string_view v) {
       bool ignored = false;
       return set_bool(ignored, v);
     }},

    {"tcp-services-configmap", compatibility, kValue, "NAMESPACE/NAME", "", "TCP ports to publish",
     nullptr},
    {"udp-services-configmap", compatibility, kValue, "NAMESPACE/NAME", "", "UDP ports to publish",
     nullptr},
    {"enable-annotation-validation", compatibility, kBoolean, "", "",
     "Validate annotations (Headgate always does)", nullptr},
    {"deep-inspect", compatibility, kBoolean, "", "", "Look for nginx directives in Ingresses",
     nullptr},
    {"disable-full-test", compatibility, kBoolean, "", "", "Webhook looks at the new Ingress alone",
     nullptr},
    {"enable-ssl-chain-completion", compatibility, kBoolean, "", "",
     "Fetch missing intermediate certificates", nullptr},
    {"sync-period", compatibility, kValue, "DURATION", "", "Time between two full reads", nullptr},
    {"sync-rate-limit", compatibility, kValue, "NUMBER", "",
     "Reloads a second (Headgate does not reload)", nullptr},
    {"dynamic-configuration-retries", compatibility, kValue, "N", "", "Tries to configure nginx",
     nullptr},
    {"health-check-path", compatibility, kValue, "PATH", "", "Path of the health check", nullptr},
    {"health-check-timeout", compatibility, kValue, "SECONDS", "",
     "Time limit of nginx's health check", nullptr},
    {"ssl-passthrough-proxy-port", compatibility, kValue, "PORT", "", "Internal port of nginx",
     nullptr},
    {"default-server-port", compatibility, kValue, "PORT", "", "Internal port of nginx", nullptr},
    {"status-port", compatibility, kValue, "PORT", "", "Internal port of nginx", nullptr},
    {"stream-port", compatibility, kValue, "PORT", "", "Internal port of nginx", nullptr},
    {"profiling", compatibility, kBoolean, "", "", "Go profiler", nullptr},
    {"profiler-port", compatibility, kValue, "PORT", "", "Port of the Go profiler", nullptr},
    {"profiler-address", compatibility, kValue, "IP", "", "Address of the Go profiler", nullptr},
    {"internal-logger-address", compatibility, kValue, "ADDRESS", "", "Syslog of the chroot image",
     nullptr},
    {"enable-metrics", compatibility, kBoolean, "", "", "Collect metrics (Headgate always does)",
     nullptr},
    {"metrics-per-host", compatibility, kBoolean, "", "", "Label host on request metrics", nullptr},
    {"metrics-per-undefined-host", compatibility, kBoolean, "", "", "Metrics for hosts of no Ingress",
     nullptr},
    {"report-status-classes", compatibility, kBoolean, "", "", "Metrics by status class", nullptr},
    {"exclude-socket-metrics", compatibility, kValue, "NAMES", "", "Metrics to leave out", nullptr},
    {"time-buckets", compatibility, kValue, "LIST", "", "Buckets of durations", nullptr},
    {"length-buckets", compatibility, kValue, "LIST", "", "Buckets of lengths", nullptr},
    {"size-buckets", compatibility, kValue, "LIST", "", "Buckets of sizes", nullptr},
    {"bucket-factor", compatibility, kValue, "NUMBER", "", "Native histograms", nullptr},
    {"max-buckets", compatibility, kValue, "N", "", "Native histograms", nullptr},
    {"monitor-max-batch-size", compatibility, kValue, "N", "", "Metric samples a second and worker",
     nullptr},
    {"post-shutdown-grace-period", compatibility, kValue, "SECONDS", "",
     "Wait after nginx has stopped", nullptr},
    {"maxmind-mirror", compatibility, kValue, "URL", "", "GeoIP2", nullptr},
    {"maxmind-license-key", compatibility, kValue, "KEY", "", "GeoIP2", nullptr},
    {"maxmind-edition-ids", compatibility, kValue, "LIST", "", "GeoIP2", nullptr},
    {"maxmind-retries-count", compatibility, kValue, "N", "", "GeoIP2", nullptr},
    {"maxmind-retries-timeout", compatibility, kValue, "DURATION", "", "GeoIP2", nullptr},
    {"logtostderr", compatibility, kBoolean, "", "", "klog", nullptr},
    {"alsologtostderr", compatibility, kBoolean, "", "", "klog", nullptr},
    {"stderrthreshold", compatibility, kValue, "LEVEL", "", "klog", nullptr},
    {"log-backtrace-at", compatibility, kValue, "LINE", "", "klog", nullptr},
    {"log-dir", compatibility, kValue, "PATH", "", "klog", nullptr},
    {"log-file", compatibility, kValue, "PATH", "", "klog", nullptr},
    {"log-file-max-size", compatibility, kValue, "MB", "", "klog", nullptr},
    {"add-dir-header", compatibility, kBoolean, "", "", "klog", nullptr},
    {"one-output", compatibility, kBoolean, "", "", "klog", nullptr},
    {"skip-headers", compatibility, kBoolean, "", "", "klog", nullptr},
    {"skip-log-headers", compatibility, kBoolean, "", "", "klog", nullptr},
    {"vmodule", compatibility, kValue, "LIST", "", "klog", nullptr},
};
// clang-format on

char plain(char c) { return c == '_' ? '-' : c; }

// Levenshtein's distance, row by row.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (plain(a[i - 1]) == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
    }
  }
  return row.back();
}

}  // namespace

std::string_view title_of(FlagGroup group) {
  switch (group) {
    case source:
      return "Source";
    case selection:
      return "What is taken";
    case listening:
      return "Listening";
    case data_plane:
      return "Data plane";
    case logs:
      return "Logs";
    case lifecycle:
      return "Start and end";
    case writing:
      return "What is written to the API server";
    case information:
      return "Information";
    case compatibility:
      return "Flags of ingress-nginx that are accepted and have no effect (yet)";
  }
  return "";
}

std::span<const FlagRow> flag_table() { return kRows; }

const FlagRow* find_flag(std::string_view name) {
  const auto same = [name](const FlagRow& row) {
    return std::equal(name.begin(), name.end(), row.name.begin(), row.name.end(),
                      [](char a, char b) { return plain(a) == b; });
  };
  const auto found = std::find_if(std::begin(kRows), std::end(kRows), same);
  return found == std::end(kRows) ? nullptr : &*found;
}

std::string_view nearest_flag(std::string_view name) {
  if (name.size() > 64) return {};
  std::string_view best;
  std::size_t best_distance = name.size() / 2;  // further away is another word
  for (const FlagRow& row : kRows) {
    const std::size_t candidate = distance(name, row.name);
    if (candidate < best_distance) {
      best_distance = candidate;
      best = row.name;
    }
  }
  return best;
}

}  // namespace headgate::app
