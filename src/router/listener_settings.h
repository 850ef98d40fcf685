// What the ConfigMap says about listeners and the connections they accept, for every Worker. Immutable;
// adopted with a Publication, and followed by connections that begin afterwards.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>

#include "base/cidr.h"
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
  // No further try after that time [proxy-stream-next-upstream-timeout]; 0: no such limit.
  std::chrono::milliseconds tries_timeout{600000};
  friend bool operator==(const StreamSettings&, const StreamSettings&) = default;
};

// Numbers of ingress-nginx, its ConfigMap keys in brackets.
struct ListenerSettings {
  std::shared_ptr<const tls::ServerContext> tls;     // null: HTTPS connections are closed at once
  std::uint32_t http2_max_concurrent_streams = 128;  // [http2-max-concurrent-streams]
  bool use_proxy_protocol = false;                   // [use-proxy-protocol]
  std::chrono::milliseconds proxy_protocol_header_timeout{5000};  // [proxy-protocol-header-timeout]
  // Whose PROXY header is believed [proxy-real-ip-cidr].
  CidrList trusted_proxies = CidrList::everyone();
  StreamSettings stream;
  friend bool operator==(const ListenerSettings&, const ListenerSettings&) = default;
};

}  // namespace headgate::router
