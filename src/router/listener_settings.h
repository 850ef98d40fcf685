// What the ConfigMap says about listeners, the connections they accept and the idle ones to pods, for every
// Worker. Immutable; adopted with a Publication.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>

#include "base/cidr.h"
#include "router/log_format_ref.h"
#include "tls/server_context.h"

namespace headgate::router {

// Relays of bytes that are not looked into (passthrough). Numbers of ingress-nginx, its ConfigMap keys in
// brackets.
struct StreamSettings {
  std::chrono::milliseconds idle{600000};           // no byte either way [proxy-stream-timeout]
  std::chrono::milliseconds connect_timeout{5000};  // of one try [proxy-connect-timeout]
  // Endpoints tried until one takes the connection, each once; 0: all of them. 1 where
  // [proxy-stream-next-upstream] is false, else [proxy-stream-next-upstream-tries].
  std::uint32_t tries = 3;
  // No further try after that time [proxy-stream-next-upstream-timeout].
  std::chrono::milliseconds tries_timeout{600000};
  bool access_log = true;   // [disable-access-log, disable-stream-access-log]
  LogFormatRef log_format;  // [log-format-stream, log-format-escape-json, -none]
  friend bool operator==(const StreamSettings&, const StreamSettings&) = default;
};

// Numbers of ingress-nginx, its ConfigMap keys in brackets.
struct ListenerSettings {
  // Followed by connections that begin afterwards.
  std::shared_ptr<const tls::ServerContext> tls;     // null: HTTPS connections are closed at once
  std::uint32_t http2_max_concurrent_streams = 128;  // [http2-max-concurrent-streams]
  bool use_proxy_protocol = false;                   // [use-proxy-protocol]
  std::chrono::milliseconds proxy_protocol_header_timeout{5000};  // [proxy-protocol-header-timeout]
  // Whose PROXY header is believed [proxy-real-ip-cidr].
  CidrList trusted_proxies = CidrList::everyone();
  StreamSettings stream;
  // Followed by open connections too, from their next wait on.
  std::chrono::milliseconds keep_alive{75000};  // [keep-alive] between two requests; 0: one request each
  std::uint32_t keep_alive_requests = 1000;     // [keep-alive-requests] on one connection
  // Of a request head: its longest line, and all of it [large-client-header-buffers]. HTTP/2 connections
  // keep those they began with.
  std::uint32_t max_head_line = 8 * 1024;
  std::uint32_t max_head = 32 * 1024;
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
