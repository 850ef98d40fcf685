// A TLS connection of a client joined to a pod as it is, unopened (ssl-passthrough): chooses an endpoint,
// connects, and relays bytes until both sides have ended.
//
//   connecting ──► relaying ──► closed
//    │  ▲  │
//    └──┘  └──► closed (no endpoint takes it)
#pragma once

#include <array>
#include <cstdint>

#include "base/byte_buffer.h"
#include "base/reject_reason.h"
#include "proxy/client_connection.h"
#include "proxy/client_info.h"
#include "proxy/endpoint_pool.h"
#include "proxy/transport.h"
#include "proxy/tunnel.h"
#include "router/listener_settings.h"
#include "router/passthrough_index.h"

namespace headgate::proxy {

struct WorkerContext;

// Whose connections go to a pod unopened: the host of the newest index that has `name` (lower case, without
// trailing dot), or null. A wildcard does not reach hosts that the routing table knows by their own name.
const router::PassthroughHost* find_passthrough(WorkerContext& context, std::string_view name);

// Destroys itself (at the end of a batch) once closed.
class PassthroughConnection final : public ClientConnection, public TunnelOwner {
 public:
  // `client`: plain, its descriptor in the loop for another handler. `hello`: what was read of it.
  // `accepted`: when the client came. Time-outs are those of the newest ListenerSettings.
  PassthroughConnection(WorkerContext& context, Transport&& client, const ClientInfo& info, ByteBuffer hello,
                        TimePoint accepted);
  ~PassthroughConnection() override;

  // Takes the descriptor over and connects to an endpoint of `target`. To be called once, after the
  // connection was added to the Worker's list.
  void start(const router::PassthroughHost& target);
  // Goes on: a relay has no place to be ended at, but the one its two ends choose.
  void drain() override {}
  void close() override;

  void on_io(std::uint32_t events) override;  // of the client, or work left over
  void on_timeout() override;                 // of a connect
  void on_tunnel_ended(std::uint64_t bytes_to_client) override;

 private:
  enum class State : std::uint8_t { connecting, relaying, closed };
  // The pod's descriptor in the loop.
  struct UpstreamSide final : IoHandler {
    explicit UpstreamSide(PassthroughConnection& connection) : owner(connection) {}
    void on_io(std::uint32_t events) override { owner.on_upstream_io(events); }
    PassthroughConnection& owner;
  };
  static constexpr std::size_t kMaxTries = 16;

  // Tries endpoints until one connects, or ends it all.
  void connect();
  [[nodiscard]] bool may_try() const;
  void relay();
  void on_upstream_io(std::uint32_t events);
  void close_upstream();
  void record();
  void write_line(observe::StreamRecord& record);

  WorkerContext& context_;
  Transport client_;
  Transport upstream_;
  UpstreamSide upstream_side_{*this};
  ClientInfo info_;
  ByteBuffer hello_;  // until the relay has it
  std::uint64_t hello_size_;
  router::StreamSettings settings_;
  Tunnel tunnel_;
  State state_ = State::connecting;
  TimePoint accepted_;
  TimePoint first_try_;
  EndpointPoolRef pool_;
  std::array<EndpointRef, kMaxTries> tried_;
  std::size_t tried_count_ = 0;
  std::uint16_t status_ = 499;                       // until it is known better: the client left
  RejectReason reason_ = RejectReason::client_gone;  // the same
};

}  // namespace headgate::proxy
