// What the ConfigMap says about listeners and the connections they accept, for every Worker. Immutable;
// adopted with a Publication, and followed by connections that begin afterwards.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>

#include "tls/server_context.h"

namespace headgate::router {

// Numbers of ingress-nginx, its ConfigMap keys in brackets.
struct ListenerSettings {
  std::shared_ptr<const tls::ServerContext> tls;     // null: HTTPS connections are closed at once
  std::uint32_t http2_max_concurrent_streams = 128;  // [http2-max-concurrent-streams]
  bool use_proxy_protocol = false;                   // [use-proxy-protocol]
  std::chrono::milliseconds proxy_protocol_header_timeout{5000};  // [proxy-protocol-header-timeout]
  friend bool operator==(const ListenerSettings&, const ListenerSettings&) = default;
};

}  // namespace headgate::router
