// The nouns of the routing table: Endpoint, EndpointSet, Cluster, Route. Pure data, deeply const once
// published.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/socket_address.h"
#include "policy/chain.h"
#include "policy/retry_conditions.h"
#include "tls/client_context.h"

namespace headgate::router {

// A small dense number that names a Cluster for as long as it lives, so that a Worker finds its EndpointPool
// by index. Given out and taken back by the control plane; a slot may be given again in a later Publication.
using ClusterSlot = std::uint32_t;

// A small dense number that names a Route (by its RouteKey text) across table generations: what counters hang
// on.
using RouteSlot = std::uint32_t;

// One pod address that may take new requests.
struct Endpoint {
  SocketAddress address;
  std::string text;  // "10.0.0.1:8080", for access logs
  std::string uid;   // targetRef.uid, empty where unknown: tells a reused address from the same pod
  friend bool operator==(const Endpoint&, const Endpoint&) = default;
};

// How pods want to be spoken to.
enum class UpstreamProtocol : std::uint8_t {
  http1,      // and its upgrade to WebSocket
  h2c,        // HTTP/2 without TLS
  https,      // HTTP/1.1 inside TLS
  h2,         // HTTP/2 inside TLS
  as_client,  // HTTP/1.1, inside TLS where the client's own connection is [AUTO_HTTP]; of Routes only
};

struct HealthSettings;  // router/health_settings.h

// What is asked about the health of a Cluster's endpoints. Null: nothing, as in ingress-nginx. Equal where
// the settings are.
struct HealthRef {
  std::shared_ptr<const HealthSettings> settings;
  friend bool operator==(const HealthRef& a, const HealthRef& b);
};

// The usable endpoints of one Cluster, ordered by address, without duplicates. Empty: answer 503.
struct EndpointSet {
  std::vector<Endpoint> endpoints;
  // As the Service port's appProtocol says; a Route's own counts before it.
  UpstreamProtocol protocol = UpstreamProtocol::http1;
  HealthRef health{};
  friend bool operator==(const EndpointSet&, const EndpointSet&) = default;
};

// A set of endpoints and how to connect to them. One for each (namespace, Service, port) that a Route names.
struct Cluster {
  std::string name;  // "<namespace>-<service>-<port>": $proxy_upstream_name
  std::string namespace_name;
  std::string service;
  std::string port;      // as the Ingress wrote it: number or name
  ClusterSlot slot = 0;  // as long as the Cluster lives, its slot and its address in memory stay the same
};

// A Cluster that Headgate asks on its own account, and how it speaks to it.
struct SideCluster {
  std::shared_ptr<const Cluster> cluster;
  std::shared_ptr<const tls::ClientContext> tls;  // null: plain HTTP
  friend bool operator==(const SideCluster&, const SideCluster&) = default;
};

enum class PathType : std::uint8_t { exact, prefix, implementation_specific };

// The name of the VirtualHost of requests whose host nobody claims (nginx's default server).
inline constexpr std::string_view kDefaultHost = "_";

// What a Route does with a request it matches.
enum class RouteAction : std::uint8_t {
  forward,             // choose an endpoint of `cluster`
  add_trailing_slash,  // 301 to the same path with "/" appended (nginx's rule for a Prefix that ends in "/")
  not_found,           // the built-in default backend: 404
  redirect,            // the entry Steps of its policy answer every request
};

// Larger response heads are refused whatever the settings say.
inline constexpr std::uint32_t kMaxResponseHead = 32 * 1024;

// Limits and time-outs of one Route; the defaults are ingress-nginx's.
struct RouteSettings {
  std::uint64_t max_body_bytes = 1024 * 1024;  // proxy-body-size; 0 = unlimited
  std::chrono::milliseconds connect_timeout{5000};
  std::chrono::milliseconds send_timeout{60000};  // between two writes to the upstream
  std::chrono::milliseconds read_timeout{
      60000};               // between two reads from the upstream; also a tunnel's idle time
  std::uint32_t tries = 3;  // proxy-next-upstream-tries; 0 = one for each endpoint
  std::chrono::milliseconds tries_timeout{
      0};                             // proxy-next-upstream-timeout: no try begins later; 0 = no limit
  policy::RetryConditions retry_on;   // proxy-next-upstream
  bool retry_non_idempotent = false;  // retry-non-idempotent: as if that word were in every list
  // A response head of more bytes is a bad one [proxy-buffer-size].
  std::uint32_t max_response_head = kMaxResponseHead;
  std::uint64_t limit_rate = 0;        // bytes of an answer's content a second; 0: any
  std::uint64_t limit_rate_after = 0;  // bytes that go out before that counts
  bool access_log = true;
  // The whole content of a request is read before a pod is asked [proxy-request-buffering]: into memory up to
  // `body_buffer` bytes, else into a file [client-body-buffer-size].
  bool buffers_requests = false;
  std::uint64_t body_buffer = std::uint64_t{8} * 1024;
  // The answer is read from its pod as fast as that gives it [proxy-buffering]: what its client has not taken
  // is kept in memory up to `answer_buffers` times `answer_buffer` bytes [proxy-buffers-number,
  // proxy-buffer-size], then in a file up to `answer_file` bytes [proxy-max-temp-file-size]. A pod may say
  // otherwise [X-Accel-Buffering].
  bool buffers_answers = false;
  std::uint32_t answer_buffers = 4;
  std::uint64_t answer_buffer = kMaxResponseHead;
  std::uint64_t answer_file = std::uint64_t{1} << 30;
  bool http10 = false;  // pods are asked in HTTP/1.0, where it is not HTTP/2 [proxy-http-version]
  friend bool operator==(const RouteSettings&, const RouteSettings&) = default;
};

// Whether plain HTTP is sent on to HTTPS, and how redirects look. ingress-nginx's annotations in brackets.
struct RedirectRules {
  bool https_only = false;               // [ssl-redirect of a host with TLS, force-ssl-redirect]
  bool preserve_trailing_slash = false;  // by the redirect to HTTPS [preserve-trailing-slash]
  bool with_port = false;                // [use-port-in-redirects]
  bool relative = false;                 // the redirect that adds a '/' names no host [relative-redirects]
  friend bool operator==(const RedirectRules&, const RedirectRules&) = default;
};

// The policy of a Route; null: none. Equal where the chains are.
struct PolicyRef {
  std::shared_ptr<const policy::PolicyChain> chain;
  friend bool operator==(const PolicyRef& a, const PolicyRef& b) {
    return a.chain == b.chain || (a.chain != nullptr && b.chain != nullptr && *a.chain == *b.chain);
  }
};

struct BackendChoice;  // router/backend_choice.h

// Null: no canary, and endpoints take turns. Equal where the choices are.
struct BackendChoiceRef {
  std::shared_ptr<const BackendChoice> choice;
  friend bool operator==(const BackendChoiceRef& a, const BackendChoiceRef& b);
};

// The slot of the Route that answers what no Ingress claims (the default backend); never removed.
inline constexpr RouteSlot kDefaultRouteSlot = 0;

// One path of one host. Owned by its VirtualHost.
struct Route {
  RouteAction action = RouteAction::forward;
  PathType path_type = PathType::prefix;
  std::string path;                        // as the Ingress wrote it; "/" for a default backend
  std::shared_ptr<const Cluster> cluster;  // set exactly when action == forward
  // Further Clusters that Steps of its policy name by their place here: auth services, error pages, mirrors.
  std::vector<SideCluster> others;
  // Labels for logs, metrics and `explain`; empty for the built-in default backend.
  std::string namespace_name;
  std::string ingress;
  RouteSlot slot = 0;  // a trailing-slash redirect has the slot of the Route it leads to
  RouteSettings settings;
  RedirectRules redirects;
  PolicyRef policy;
  BackendChoiceRef backends;  // canaries, balancing
  // How its pods are spoken to; nothing: as their EndpointSet says.
  std::optional<UpstreamProtocol> protocol;
  std::shared_ptr<const tls::ClientContext> upstream_tls;  // null: anybody is taken, nothing is shown
  // What its path must match, where it is a regular expression with groups or classes; null: plain text.
  policy::PatternRef pattern;
  // A protection of its Ingress cannot be set up: 503 instead of what `action` says.
  bool denied = false;
  friend bool operator==(const Route&, const Route&) = default;  // the Cluster by identity
};

}  // namespace headgate::router
