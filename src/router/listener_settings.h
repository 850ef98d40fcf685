// What the ConfigMap says about listeners, the connections they accept and the idle ones to pods, for every
// Worker. Immutable; adopted with a Publication.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>

#include "tls/server_context.h"

namespace headgate::router {

// Numbers of ingress-nginx, its ConfigMap keys in brackets.
struct ListenerSettings {
  // Followed by connections that begin afterwards.
  std::shared_ptr<const tls::ServerContext> tls;     // null: HTTPS connections are closed at once
  std::uint32_t http2_max_concurrent_streams = 128;  // [http2-max-concurrent-streams]
  bool use_proxy_protocol = false;                   // [use-proxy-protocol]
  std::chrono::milliseconds proxy_protocol_header_timeout{5000};  // [proxy-protocol-header-timeout]
  // Followed by open connections too, from their next wait on.
  std::chrono::milliseconds keep_alive{75000};  // [keep-alive] between two requests; 0: one request each
  std::uint32_t keep_alive_requests = 1000;     // [keep-alive-requests] on one connection
  std::chrono::milliseconds client_header_timeout{60000};  // [client-header-timeout], whole head
  std::chrono::milliseconds client_body_timeout{60000};    // [client-body-timeout], between two reads
  // Idle connections to pods, for each Worker; 0: none is kept. [upstream-keepalive-connections]
  std::uint32_t upstream_keepalive_connections = 320;
  std::chrono::milliseconds upstream_keepalive_timeout{60000};  // [upstream-keepalive-timeout] of an idle one
  std::chrono::milliseconds upstream_keepalive_time{3600000};   // [upstream-keepalive-time], its greatest age
  std::uint32_t upstream_keepalive_requests = 10000;            // [upstream-keepalive-requests] on one
  friend bool operator==(const ListenerSettings&, const ListenerSettings&) = default;
};

}  // namespace headgate::router
