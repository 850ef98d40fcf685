// A client connection of which it is not known yet what it speaks: it finds out, and hands its Transport to
// the connection that speaks it.
//
//   first_bytes ──► handshaking ──► handed_over: H1Connection or HTTP/2, as ALPN says
//        └── HTTP without TLS ────► handed_over: an H1Connection that answers 400
//   any ──► closed
#pragma once

#include <cstdint>
#include <string_view>

#include "base/byte_buffer.h"
#include "base/clock.h"
#include "observe/tls_stats.h"
#include "proxy/client_connection.h"
#include "proxy/client_info.h"
#include "proxy/inbound_list.h"
#include "proxy/transport.h"

namespace headgate::proxy {

struct WorkerContext;

// Destroys itself (at the end of a batch) once closed or handed over.
class InboundConnection final : public ClientConnection, public InboundHook {
 public:
  // From accept until it is known what is spoken, however the bytes trickle in.
  static constexpr std::chrono::seconds kHandshakeTimeout{10};

  // `transport` is connected. `client.https`: it came in on a TLS listener.
  InboundConnection(WorkerContext& context, Transport&& transport, const ClientInfo& client);
  ~InboundConnection() override;

  // Registers with the loop and reads what is there already.
  void start();
  [[nodiscard]] TimePoint accepted() const { return accepted_; }
  // Closes it for want of room.
  void shed();
  void drain() override;
  void close() override;

  void on_io(std::uint32_t events) override;
  void on_timeout() override;

 private:
  enum class State : std::uint8_t { first_bytes, handshaking, handed_over, closed };

  // One for each state: goes on until nothing more can be done before an event.
  void read_first_bytes();
  void begin_tls();
  void handshake();
  void hand_over();

  void refuse_plain_http();
  void fail(observe::TlsFailure failure);
  // Gives up the Worker's lists, and itself at the end of the batch.
  void leave(State state);

  WorkerContext& context_;
  Transport transport_;
  State state_ = State::first_bytes;
  TimePoint accepted_;
  TimePoint deadline_;
  ByteBuffer received_;  // too little to tell
  ClientInfo client_;
};

}  // namespace headgate::proxy
