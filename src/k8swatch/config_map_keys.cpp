#include "k8swatch/config_map_keys.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <vector>

#include "k8swatch/config_map_rows.h"

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
constexpr std::string_view kHeadBuffers =
    "memory is taken as heads need it; large-client-header-buffers has the limits";
constexpr std::string_view kDefaultType =
    "pods say of what type their answers are; those of Headgate's own are text/html";
constexpr std::string_view kProxiedAddress =
    "the name of a field inside nginx that nobody else sees; there is no such step here";
constexpr std::string_view kStreamed = "answers of gRPC are streamed with bounded memory";
constexpr std::string_view kDescriptors =
    "as many as the process may have descriptors; the hard limit (ulimit -n) is used";
constexpr std::string_view kStatusPage = "there is no /nginx_status; metrics are at the admin port";
constexpr std::string_view kPodTls = "TLS to pods is settled for each path";
constexpr std::string_view kNoUdp = "only TCP is relayed";
constexpr std::string_view kReusePort = "every worker has a listener of its own, always";
constexpr std::string_view kEarlyData = "0-RTT is not offered, for its requests can be replayed";
constexpr std::string_view kAffinity = "the kernel places threads";
constexpr std::string_view kWorkers = "the flag --workers says it";
constexpr std::string_view kNoGeoIp = "there are no GeoIP databases here; ask one in the pods";

constexpr auto kUseless = std::to_array<ConfigMapKey>({
    {"http2-max-field-size", KeyFate::no_effect, kOwnLimits},
    {"http2-max-header-size", KeyFate::no_effect, kOwnLimits},
    {"http2-max-requests", KeyFate::no_effect, kDeprecated},
    {"access-log-params", KeyFate::no_effect, kNoNginx},
    {"client-header-buffer-size", KeyFate::no_effect, kHeadBuffers},
    {"default-type", KeyFate::no_effect, kDefaultType},
    {"forwarded-for-proxy-protocol-header", KeyFate::no_effect, kProxiedAddress},
    {"grpc-buffer-size-kb", KeyFate::no_effect, kStreamed},
    {"max-worker-connections", KeyFate::no_effect, kDescriptors},
    {"max-worker-open-files", KeyFate::no_effect, kDescriptors},
    {"nginx-status-ipv4-whitelist", KeyFate::no_effect, kStatusPage},
    {"nginx-status-ipv6-whitelist", KeyFate::no_effect, kStatusPage},
    {"proxy-ssl-location-only", KeyFate::no_effect, kPodTls},
    {"proxy-stream-responses", KeyFate::no_effect, kNoUdp},
    {"reuse-port", KeyFate::no_effect, kReusePort},
    {"ssl-early-data", KeyFate::refused, kEarlyData},
    {"worker-cpu-affinity", KeyFate::no_effect, kAffinity},
    {"worker-processes", KeyFate::no_effect, kWorkers},
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
  std::vector<ConfigMapKey> rows;
  for (const auto& part : {client_side_keys(), pod_side_keys(), std::span<const ConfigMapKey>(kUseless)})
    rows.insert(rows.end(), part.begin(), part.end());
  return rows;
}

std::vector<ConfigMapKey> sorted(std::span<const ConfigMapKey> rows) {
  std::vector<ConfigMapKey> keys(rows.begin(), rows.end());
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

std::string_view title_of(ConfigMapGroup group) {
  switch (group) {
    case ConfigMapGroup::tls:
      return "TLS";
    case ConfigMapGroup::listeners:
      return "Listeners and client connections";
    case ConfigMapGroup::redirects:
      return "Redirects and HSTS";
    case ConfigMapGroup::errors:
      return "Errors";
    case ConfigMapGroup::authentication:
      return "Authentication";
    case ConfigMapGroup::compression:
      return "Compression";
    case ConfigMapGroup::pods:
      return "Pods";
    case ConfigMapGroup::access:
      return "Who may ask";
    case ConfigMapGroup::gate:
      return "What may be asked for";
    case ConfigMapGroup::fields:
      return "Fields and bandwidth";
    case ConfigMapGroup::access_log:
      return "Logs";
    case ConfigMapGroup::tracing:
      return "Tracing";
    case ConfigMapGroup::useless:
      return "Without effect";
  }
  return "?";
}

std::string_view intro_of(ConfigMapGroup group) {
  switch (group) {
    case ConfigMapGroup::tls:
      return "Settings of TLS are made ready as a whole (a `ServerContext`); a change of any of them begins "
             "with an empty session\n"
             "cache, and so with full handshakes.\n";
    case ConfigMapGroup::compression:
      return "Of pods' answers with 200, 403 or 404 whose type is listed; `text/html` always is. Never of an "
             "answer that is encoded\n"
             "already, says `no-transform`, is a part (`Content-Range`) or carries a digest, never for HEAD "
             "or for HTTP/1.0. A strong\n"
             "`ETag` becomes a weak one; `Vary: Accept-Encoding` is added to every answer that might have "
             "been compressed. The client's\n"
             "`Accept-Encoding` chooses; of what it likes equally Brotli comes before Zstandard, Zstandard "
             "before gzip. Pods see the\n"
             "client's `Accept-Encoding` as it is.\n";
    case ConfigMapGroup::fields:
      return "ConfigMaps that are named here, or by annotations, are read from the API (or the folder) as "
             "far as they hold fields:\n"
             "up to 256 keys, with values of one line of up to 4 KiB. A ConfigMap that has the name of the "
             "one that `--configmap`\n"
             "names but is in another namespace is not seen. Without the right to list ConfigMaps in all "
             "namespaces, none of them is.\n";
    case ConfigMapGroup::access_log:
      return "A format is a text with variables of nginx, `$name` or `${name}`, read as in nginx's "
             "configuration (`\\\"`, `\\t`, `\\n`).\n"
             "It counts for requests that begin after it has changed. With an unknown variable, or more than "
             "16 KiB or 256 variables,\n"
             "the format is not used and the default stays. A line of more than 512 KiB has its last values "
             "cut.\n"
             "\n"
             "Variables: `$arg_NAME $args $best_http_host $body_bytes_sent $bytes_sent $connection "
             "$connection_requests $cookie_NAME\n"
             "$document_uri $host $hostname $http_NAME $http_host $https $ingress_name $is_args "
             "$location_path $msec $namespace $opentelemetry_context_traceparent\n"
             "$opentelemetry_span_id $opentelemetry_trace_id $pass_access_scheme $pass_port $pid $pipe "
             "$proxy_add_x_forwarded_for "
             "$proxy_alternative_upstream_name $proxy_host\n"
             "$proxy_protocol_addr $proxy_upstream_name $query_string $remote_addr $remote_port $remote_user "
             "$req_id $request $request_id\n"
             "$request_length $request_method $request_time $request_uri $scheme $sent_http_NAME "
             "$server_name $server_port\n"
             "$server_protocol $service_name $service_port $ssl_cipher $ssl_client_fingerprint "
             "$ssl_client_i_dn $ssl_client_s_dn\n"
             "$ssl_client_serial $ssl_client_verify $ssl_protocol $ssl_server_name $ssl_session_reused "
             "$status $the_real_ip\n"
             "$time_iso8601 $time_local $upstream_addr $upstream_cache_status $upstream_connect_time "
             "$upstream_header_time\n"
             "$upstream_http_NAME $upstream_response_length $upstream_response_time $upstream_status $uri`. "
             "Those of `log-format-stream`: `$bytes_received $bytes_sent $connection\n"
             "$hostname $msec $pid $protocol $proxy_protocol_addr $proxy_upstream_name $remote_addr "
             "$remote_port $session_time $status\n"
             "$time_iso8601 $time_local $upstream_addr` (of the last endpoint tried). What differs from "
             "nginx: `$uri`\n"
             "is the path that was matched, before any rewrite; `$request_id` is that of `X-Request-ID`, as "
             "`$req_id`; `$sent_http_NAME`\n"
             "does not know the fields of the connection (`Connection`, `Keep-Alive`, `Transfer-Encoding`); "
             "of all captured values\n"
             "together 64 KiB are kept for a request.\n";
    case ConfigMapGroup::tracing:
      return "Requests as parts of traces of OpenTelemetry, and spans of them for a collector: "
             "[tracing.md](tracing.md).\n";
    case ConfigMapGroup::useless:
      return "These keys are known. Each of them is a Finding with the reason; those that are refused are "
             "none while they "
             "are off.\n";
    default:
      return {};
  }
}

std::span<const ConfigMapKey> config_map_rows() {
  static const std::vector<ConfigMapKey> kRows = collect();
  return kRows;
}

std::span<const ConfigMapKey> config_map_keys() {
  static const std::vector<ConfigMapKey> kKeys = sorted(config_map_rows());
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
