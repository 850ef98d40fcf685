// How a connection to an endpoint begins, whatever is spoken on it: TCP, then TLS where its way says so.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/byte_buffer.h"
#include "proxy/tls_sessions.h"
#include "proxy/transport.h"
#include "proxy/upstream_way.h"

namespace headgate::proxy {

// Owned by its connection, which reports the failures and keeps the time; one thread.
class UpstreamOpening {
 public:
  enum class Progress : std::uint8_t { waits, done, failed };

  explicit UpstreamOpening(const UpstreamWay& way);

  // Events of the connecting socket, or 0. `sessions`: of the endpoint, the handshake may resume one; null:
  // there is none to resume. `ciphertext`: as Transport::start_tls() has it. Not after done or failed.
  [[nodiscard]] Progress go_on(std::uint32_t events, Transport& transport, const TlsSessions* sessions,
                               ByteBuffer& ciphertext);

  // The settings it is made with; null: plain.
  [[nodiscard]] const std::shared_ptr<const tls::ClientContext>& tls() const { return tls_; }

 private:
  std::shared_ptr<const tls::ClientContext> tls_;
  std::string
      name_;  // that the pod is called by, until the handshake begins: the Cluster may be gone by then
  bool http2_;
  bool securing_ = false;
};

}  // namespace headgate::proxy
