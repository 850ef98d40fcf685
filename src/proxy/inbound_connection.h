// A client connection of which it is not known yet what it speaks: it finds out, and hands its Transport to
// the connection that speaks it.
//
//   proxy_header (use-proxy-protocol) ──► first_bytes on a TLS listener
//        └── on a plain one ──────► handed_over: H1Connection
//   first_bytes ──► handshaking ──► handed_over: H1Connection or HTTP/2, as ALPN says
//        │  └── hello ──► handshaking, or where the name is passed through:
//        │        └───────────────► handed_over: PassthroughConnection
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
#include "proxy/proxy_protocol.h"
#include "proxy/transport.h"
#include "router/passthrough_index.h"

namespace headgate::proxy {

struct WorkerContext;

// Destroys itself (at the end of a batch) once closed or handed over.
class InboundConnection final : public ClientConnection, public InboundHook {
 public:
  // From accept, or the end of the PROXY header, until it is known what is spoken, however the bytes trickle
  // in; a shorter client-header-timeout counts here too.
  static constexpr std::chrono::seconds kHandshakeTimeout{10};

  // `transport` is connected to `peer`. `client.https`: it came in on a TLS listener.
  InboundConnection(WorkerContext& context, Transport&& transport, const SocketAddress& peer,
                    const ClientInfo& client);
  ~InboundConnection() override;

  // Registers with the loop, which tells of what is there already.
  void start();
  [[nodiscard]] TimePoint accepted() const { return accepted_; }
  // Closes it for want of room.
  void shed();
  void drain() override;
  void close() override;

  void on_io(std::uint32_t events) override;
  void on_timeout() override;

 private:
  enum class State : std::uint8_t { proxy_header, first_bytes, hello, handshaking, handed_over, closed };

  // One for each state: goes on until nothing more can be done before an event.
  void read_proxy_header();
  void read_first_bytes();
  void read_hello();
  void handshake();

  // To the next state.
  void begin(std::chrono::milliseconds timeout, State state);
  void take_proxy_header(const ProxyHeader& header);
  bool judge_first_bytes();  // these two: false where more bytes are needed
  bool judge_hello();
  void begin_tls();
  void hand_over();
  void pass_through(const router::PassthroughHost& target);

  // More of what the client sends is in received_. False: nothing came, and what that means has been dealt
  // with.
  bool receive();

  void refuse_plain_http();
  void fail(observe::TlsFailure failure);
  void client_left();
  void fail_proxy_header(std::string_view what);
  // Gives up the Worker's lists, and itself at the end of the batch.
  void leave(State state);

  WorkerContext& context_;
  Transport transport_;
  std::unique_ptr<IoForward> forward_;  // to this, until it is handed over
  State state_ = State::first_bytes;
  TimePoint accepted_;
  TimePoint deadline_;
  ByteBuffer received_;  // too little to tell
  SocketAddress peer_;   // of the socket
  ClientInfo client_;
  const bool over_tls_;       // came in on a TLS listener
  bool half_closed_ = false;  // the client has sent everything it will send
  bool drained_ = false;      // the last read has emptied the socket
};

}  // namespace headgate::proxy
