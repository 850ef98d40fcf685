#include "k8swatch/config_map_keys.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <vector>

namespace headgate::k8swatch {
namespace {

constexpr std::string_view kNoNginx = "it tunes nginx, which is not here";
constexpr std::string_view kNoReloads = "there are no reloads";
constexpr std::string_view kNoLua = "there is no Lua";
constexpr std::string_view kOwnLimits =
    "deprecated; the limits of large-client-header-buffers count for HTTP/2, too";
constexpr std::string_view kDeprecated = "deprecated; keep-alive-requests counts";
constexpr std::string_view kDead = "ingress-nginx has no code for it any more";
constexpr std::string_view kNoText =
    "text for nginx is never code here; say it with the keys and annotations there are";
constexpr std::string_view kNoSnippets = "snippets are not supported, whatever it says";
constexpr std::string_view kNoWaf = "there is no ModSecurity; run a WAF as a service of its own";
constexpr std::string_view kAccessLogPath = "one log for all lines; the flag --access-log-path says where";
constexpr std::string_view kBindAddress = "the flag --bind-address says where to listen";
constexpr std::string_view kHeadBuffers =
    "memory is taken as heads need it; large-client-header-buffers has the limits";
constexpr std::string_view kDefaultType =
    "pods say of what type their answers are; those of Headgate's own are text/html";
constexpr std::string_view kAuthLog =
    "requests to auth services have no lines of their own; those of their clients have";
constexpr std::string_view kSyslog =
    "lines go where the flag --access-log-path says; send them on from there";
constexpr std::string_view kErrorLog =
    "Headgate's own log goes to standard error; the flag --v says how much of it";
constexpr std::string_view kProxiedAddress =
    "pods find the client's address in X-Forwarded-For and X-Real-IP, with a PROXY header or without";
constexpr std::string_view kStreamed = "bodies are streamed with bounded memory, never kept in files";
constexpr std::string_view kDescriptors =
    "as many as the process may have descriptors; the hard limit (ulimit -n) is used";
constexpr std::string_view kStatusPage = "there is no /nginx_status; metrics are at the admin port";
constexpr std::string_view kTracing = "there is no tracing";
constexpr std::string_view kPodVersion =
    "pods are asked in HTTP/1.1, or in HTTP/2 where backend-protocol says so";
constexpr std::string_view kPodTls = "TLS to pods is settled for each path";
constexpr std::string_view kNoUdp = "only TCP is relayed";
constexpr std::string_view kReusePort = "every worker has a listener of its own, always";
constexpr std::string_view kEarlyData = "0-RTT is not offered, for its requests can be replayed";
constexpr std::string_view kHashBy = "the annotation of that name says it, for one Ingress";
constexpr std::string_view kAffinity = "the kernel places threads";
constexpr std::string_view kWorkers = "the flag --workers says it";
constexpr std::string_view kShutdown = "the flag --worker-shutdown-timeout says it";
constexpr std::string_view kNoGeoIp = "there are no GeoIP databases here; ask one in the pods";

// Those that some reader asks for.
constexpr auto kHonoured = std::to_array<std::string_view>({
    "add-headers",
    "allow-backend-server-header",
    "allow-cross-namespace-resources",
    "annotation-value-word-blocklist",
    "annotations-risk-level",
    "app-root",
    "block-cidrs",
    "block-referers",
    "block-user-agents",
    "brotli-level",
    "brotli-min-length",
    "brotli-types",
    "client-body-buffer-size",
    "client-body-timeout",
    "client-header-timeout",
    "compute-full-forwarded-for",
    "custom-http-errors",
    "denylist-source-range",
    "disable-access-log",
    "disable-http-access-log",
    "disable-ipv6-dns",
    "disable-proxy-intercept-errors",
    "disable-stream-access-log",
    "enable-access-log-for-default-backend",
    "enable-brotli",
    "enable-ocsp",
    "enable-real-ip",
    "enable-underscores-in-headers",
    "enable-zstd",
    "force-ssl-redirect",
    "forwarded-for-header",
    "forwarded-host-header",
    "generate-request-id",
    "global-allowed-response-headers",
    "global-auth-always-set-cookie",
    "global-auth-cache-duration",
    "global-auth-cache-key",
    "global-auth-method",
    "global-auth-request-redirect",
    "global-auth-response-headers",
    "global-auth-signin",
    "global-auth-signin-redirect-param",
    "global-auth-url",
    "gzip-disable",
    "gzip-level",
    "gzip-min-length",
    "gzip-types",
    "healthy-panic-threshold",
    "hide-headers",
    "hsts",
    "hsts-include-subdomains",
    "hsts-max-age",
    "hsts-preload",
    "http-redirect-code",
    "http2-max-concurrent-streams",
    "ignore-invalid-headers",
    "keep-alive",
    "keep-alive-requests",
    "large-client-header-buffers",
    "limit-conn-status-code",
    "limit-conn-zone-variable",
    "limit-rate",
    "limit-rate-after",
    "limit-req-status-code",
    "load-balance",
    "log-format-escape-json",
    "log-format-escape-none",
    "log-format-stream",
    "log-format-upstream",
    "no-auth-locations",
    "no-tls-redirect-locations",
    "outlier-detection",
    "preserve-trailing-slash",
    "proxy-add-original-uri-header",
    "proxy-body-size",
    "proxy-buffer-size",
    "proxy-buffering",
    "proxy-buffers-number",
    "proxy-busy-buffers-size",
    "proxy-connect-timeout",
    "proxy-cookie-domain",
    "proxy-cookie-path",
    "proxy-next-upstream",
    "proxy-next-upstream-timeout",
    "proxy-next-upstream-tries",
    "proxy-protocol-header-timeout",
    "proxy-read-timeout",
    "proxy-real-ip-cidr",
    "proxy-redirect-from",
    "proxy-redirect-to",
    "proxy-request-buffering",
    "proxy-send-timeout",
    "proxy-set-headers",
    "proxy-stream-next-upstream",
    "proxy-stream-next-upstream-timeout",
    "proxy-stream-next-upstream-tries",
    "proxy-stream-timeout",
    "relative-redirects",
    "retry-non-idempotent",
    "server-tokens",
    "service-upstream",
    "skip-access-log-urls",
    "slow-start-window",
    "ssl-buffer-size",
    "ssl-ciphers",
    "ssl-dh-param",
    "ssl-ecdh-curve",
    "ssl-protocols",
    "ssl-redirect",
    "ssl-reject-handshake",
    "ssl-session-cache",
    "ssl-session-cache-size",
    "ssl-session-ticket-key",
    "ssl-session-ticket-key-secret",
    "ssl-session-tickets",
    "ssl-session-timeout",
    "strict-validate-path-type",
    "upstream-keepalive-connections",
    "upstream-keepalive-requests",
    "upstream-keepalive-time",
    "upstream-keepalive-timeout",
    "use-forwarded-headers",
    "use-gzip",
    "use-http2",
    "use-port-in-redirects",
    "use-proxy-protocol",
    "whitelist-source-range",
    "zstd-level",
    "zstd-min-length",
    "zstd-types",
});

constexpr auto kUseless = std::to_array<ConfigMapKey>({
    {"http2-max-field-size", KeyFate::no_effect, kOwnLimits},
    {"http2-max-header-size", KeyFate::no_effect, kOwnLimits},
    {"http2-max-requests", KeyFate::no_effect, kDeprecated},
    {"access-log-params", KeyFate::no_effect, kNoNginx},
    {"access-log-path", KeyFate::no_effect, kAccessLogPath},
    {"http-access-log-path", KeyFate::no_effect, kAccessLogPath},
    {"stream-access-log-path", KeyFate::no_effect, kAccessLogPath},
    {"bind-address", KeyFate::no_effect, kBindAddress},
    {"disable-ipv6", KeyFate::no_effect, kBindAddress},
    {"client-header-buffer-size", KeyFate::no_effect, kHeadBuffers},
    {"default-type", KeyFate::no_effect, kDefaultType},
    {"enable-auth-access-log", KeyFate::refused, kAuthLog},
    {"enable-syslog", KeyFate::refused, kSyslog},
    {"syslog-host", KeyFate::no_effect, kSyslog},
    {"syslog-port", KeyFate::no_effect, kSyslog},
    {"error-log-level", KeyFate::no_effect, kErrorLog},
    {"error-log-path", KeyFate::no_effect, kErrorLog},
    {"forwarded-for-proxy-protocol-header", KeyFate::no_effect, kProxiedAddress},
    {"grpc-buffer-size-kb", KeyFate::no_effect, kStreamed},
    {"proxy-max-temp-file-size", KeyFate::no_effect, kStreamed},
    {"max-worker-connections", KeyFate::no_effect, kDescriptors},
    {"max-worker-open-files", KeyFate::no_effect, kDescriptors},
    {"nginx-status-ipv4-whitelist", KeyFate::no_effect, kStatusPage},
    {"nginx-status-ipv6-whitelist", KeyFate::no_effect, kStatusPage},
    {"enable-opentelemetry", KeyFate::refused, kTracing},
    {"opentelemetry-operation-name", KeyFate::no_effect, kTracing},
    {"opentelemetry-trust-incoming-span", KeyFate::no_effect, kTracing},
    {"otel-max-export-batch-size", KeyFate::no_effect, kTracing},
    {"otel-max-queuesize", KeyFate::no_effect, kTracing},
    {"otel-sampler", KeyFate::no_effect, kTracing},
    {"otel-sampler-parent-based", KeyFate::no_effect, kTracing},
    {"otel-sampler-ratio", KeyFate::no_effect, kTracing},
    {"otel-schedule-delay-millis", KeyFate::no_effect, kTracing},
    {"otel-service-name", KeyFate::no_effect, kTracing},
    {"otlp-collector-host", KeyFate::no_effect, kTracing},
    {"otlp-collector-port", KeyFate::no_effect, kTracing},
    {"proxy-http-version", KeyFate::no_effect, kPodVersion},
    {"proxy-ssl-location-only", KeyFate::no_effect, kPodTls},
    {"proxy-stream-responses", KeyFate::no_effect, kNoUdp},
    {"reuse-port", KeyFate::no_effect, kReusePort},
    {"ssl-early-data", KeyFate::refused, kEarlyData},
    {"upstream-hash-by", KeyFate::refused, kHashBy},
    {"upstream-hash-by-subset", KeyFate::refused, kHashBy},
    {"upstream-hash-by-subset-size", KeyFate::no_effect, kHashBy},
    {"worker-cpu-affinity", KeyFate::no_effect, kAffinity},
    {"worker-processes", KeyFate::no_effect, kWorkers},
    {"worker-shutdown-timeout", KeyFate::no_effect, kShutdown},
    {"opentelemetry-config", KeyFate::no_effect, kNoNginx},
    {"enable-multi-accept", KeyFate::no_effect, kNoNginx},
    {"enable-aio-write", KeyFate::no_effect, kNoNginx},
    {"enable-serial-reloads", KeyFate::no_effect, kNoReloads},
    {"map-hash-bucket-size", KeyFate::no_effect, kNoNginx},
    {"server-name-hash-max-size", KeyFate::no_effect, kNoNginx},
    {"server-name-hash-bucket-size", KeyFate::no_effect, kNoNginx},
    {"proxy-headers-hash-max-size", KeyFate::no_effect, kNoNginx},
    {"proxy-headers-hash-bucket-size", KeyFate::no_effect, kNoNginx},
    {"variables-hash-bucket-size", KeyFate::no_effect, kNoNginx},
    {"variables-hash-max-size", KeyFate::no_effect, kNoNginx},
    {"lua-shared-dicts", KeyFate::no_effect, kNoLua},
    {"debug-connections", KeyFate::no_effect, kNoNginx},
    {"use-geoip", KeyFate::no_effect, kDead},
    {"jaeger-collector-host", KeyFate::no_effect, kDead},
    {"jaeger-collector-port", KeyFate::no_effect, kDead},
    {"jaeger-endpoint", KeyFate::no_effect, kDead},
    {"jaeger-service-name", KeyFate::no_effect, kDead},
    {"jaeger-propagation-format", KeyFate::no_effect, kDead},
    {"jaeger-sampler-type", KeyFate::no_effect, kDead},
    {"jaeger-sampler-param", KeyFate::no_effect, kDead},
    {"jaeger-sampler-host", KeyFate::no_effect, kDead},
    {"jaeger-sampler-port", KeyFate::no_effect, kDead},
    {"jaeger-trace-context-header-name", KeyFate::no_effect, kDead},
    {"jaeger-debug-header", KeyFate::no_effect, kDead},
    {"jaeger-baggage-header", KeyFate::no_effect, kDead},
    {"jaeger-trace-baggage-header-prefix", KeyFate::no_effect, kDead},
    {"global-auth-snippet", KeyFate::refused, kNoText},
    {"allow-snippet-annotations", KeyFate::refused, kNoSnippets},
    {"main-snippet", KeyFate::refused, kNoText},
    {"http-snippet", KeyFate::refused, kNoText},
    {"server-snippet", KeyFate::refused, kNoText},
    {"stream-snippet", KeyFate::refused, kNoText},
    {"location-snippet", KeyFate::refused, kNoText},
    {"enable-modsecurity", KeyFate::refused, kNoWaf},
    {"enable-owasp-modsecurity-crs", KeyFate::refused, kNoWaf},
    {"modsecurity-snippet", KeyFate::refused, kNoWaf},
    {"use-geoip2", KeyFate::refused, kNoGeoIp},
    {"geoip2-autoreload-in-minutes", KeyFate::refused, kNoGeoIp},
});

std::vector<ConfigMapKey> collect() {
  std::vector<ConfigMapKey> keys(kUseless.begin(), kUseless.end());
  for (const std::string_view name : kHonoured) keys.push_back({name, KeyFate::honoured, {}});
  std::sort(keys.begin(), keys.end(),
            [](const ConfigMapKey& a, const ConfigMapKey& b) { return a.name < b.name; });
  return keys;
}

// How many letters must be put in, left out or changed (Levenshtein); `most` + 1 where more.
std::size_t distance(std::string_view a, std::string_view b, std::size_t most) {
  if (std::max(a.size(), b.size()) - std::min(a.size(), b.size()) > most) return most + 1;
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t i = 0; i <= b.size(); ++i) row[i] = i;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0]++;
    for (std::size_t k = 1; k <= b.size(); ++k) {
      const std::size_t above = row[k];
      row[k] = std::min({above + 1, row[k - 1] + 1, diagonal + (a[i - 1] == b[k - 1] ? 0 : 1)});
      diagonal = above;
    }
  }
  return row[b.size()];
}

}  // namespace

std::span<const ConfigMapKey> config_map_keys() {
  static const std::vector<ConfigMapKey> kKeys = collect();
  return kKeys;
}

const ConfigMapKey* find_config_map_key(std::string_view name) {
  const auto keys = config_map_keys();
  const auto at =
      std::lower_bound(keys.begin(), keys.end(), name,
                       [](const ConfigMapKey& key, std::string_view text) { return key.name < text; });
  return at == keys.end() || at->name != name ? nullptr : &*at;
}

std::string_view nearest_config_map_key(std::string_view name) {
  constexpr std::size_t kMostMistakes = 3;
  constexpr std::size_t kLongestKey = 64;
  if (name.size() > kLongestKey) return {};
  std::string_view nearest;
  std::size_t least = std::min(kMostMistakes, name.size() / 3) + 1;
  for (const ConfigMapKey& key : config_map_keys()) {
    const std::size_t mistakes = distance(name, key.name, least);
    if (mistakes >= least) continue;
    least = mistakes;
    nearest = key.name;
  }
  return nearest;
}

}  // namespace headgate::k8swatch
