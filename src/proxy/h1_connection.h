// One client connection that speaks HTTP/1: reads heads and bodies, writes answers, one Exchange at a time;
// what a pipelining client sent ahead waits in the socket or in input_.
//
//   reading_head ──► exchanging ──► reading_head …      exchanging ──► tunnelling (101)
//        └───────────────┴──► lingering ──► closed      any ──► closed
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "base/byte_buffer.h"
#include "base/clock.h"
#include "http/chunked.h"
#include "http/h2_session.h"
#include "observe/counter.h"
#include "proxy/client_connection.h"
#include "proxy/client_info.h"
#include "proxy/downstream.h"
#include "proxy/scratch.h"
#include "proxy/transport.h"
#include "proxy/tunnel.h"

namespace headgate::proxy {

class Exchange;
struct WorkerContext;

// Destroys itself (at the end of a batch) once closed.
class H1Connection final : public ClientConnection, public Downstream {
 public:
  // `transport` is connected, and over TLS its handshake is done.
  H1Connection(WorkerContext& context, Transport&& transport, const ClientInfo& client);
  ~H1Connection() override;

  // Registers with the loop, which tells of what is there already.
  void start();
  // The same where the descriptor is in the loop already, by `forward`, for the connection that found out
  // what is spoken.
  void take_over(std::unique_ptr<IoForward> forward);
  // The same, but what the client began with (`bytes`) is no request: answers and ends.
  void take_over_refused(std::unique_ptr<IoForward> forward, std::string_view bytes, http::Refusal refusal);
  void drain() override;
  void close() override;

  void on_io(std::uint32_t events) override;
  void on_timeout() override;

  void send_interim(http::ResponseHead& head) override;
  void send_continue() override;
  void send_head(http::ResponseHead& head, const http::ResponseFacts& facts, char* data, std::size_t size,
                 bool last) override;
  void send_body(char* data, std::size_t size, bool last) override;
  void send_trailers(std::string_view lines) override;
  [[nodiscard]] bool accepts(const http::ResponseHead&) const override { return true; }
  int send_switching(http::ResponseHead& head, std::string_view protocol) override;
  std::uint64_t send_local_reply(http::LocalReply reply) override;
  void become_tunnel(std::unique_ptr<Tunnel> tunnel, UpstreamConnection& upstream) override;
  [[nodiscard]] bool congested() const override { return !output_.empty() || transport_.has_unsent(); }
  [[nodiscard]] std::size_t room() const override { return Scratch::kBodyRead; }
  [[nodiscard]] bool half_closed() const override { return half_closed_; }
  void resume_request_body() override;
  void abandon_request_body() override;
  void exchange_finished(Ending ending) override;
  [[nodiscard]] std::uint64_t bytes_sent() const override { return bytes_sent_; }
  [[nodiscard]] std::uint64_t bytes_received() const override { return bytes_received_; }
  [[nodiscard]] TimePoint request_started() const override { return request_started_; }
  [[nodiscard]] std::uint64_t connection_requests() const override { return requests_; }
  [[nodiscard]] const ClientInfo& client() const override { return client_; }

 private:
  enum class State : std::uint8_t { reading_head, exchanging, tunnelling, lingering, closed };

  // Makes all the progress that is possible now. Not re-entered: an Exchange that ends inside returns here
  // first.
  void run();
  // Each does one step; false: nothing more can be done before an event.
  bool read_head();
  bool read_body();
  bool drain_input();

  void take_head(char* data, std::size_t size);
  void keep_incomplete(std::string_view bytes);
  // Of what a connection begins with.
  [[nodiscard]] http::Preface preface(std::string_view bytes) const;
  void become_http2(std::string_view bytes);
  // The connection is nothing but memory to be freed from here on.
  void leave();
  void begin_exchange(char* data, std::size_t size);
  void refuse(std::string_view bytes, http::Refusal refusal);
  struct Content {
    std::size_t payload = 0;
    std::size_t consumed = 0;
    bool last = false;
    bool refused = false;
    http::Refusal refusal;
  };
  Content decode(char* data, std::size_t size);

  void write(const char* data, std::size_t size);
  void flush();
  void adopt_descriptor(std::unique_ptr<IoForward> forward);
  void wait_for_head();
  // Moves the connection from the level it is counted in to `level`; null: none.
  void count_in(observe::Gauge* level);
  void linger();
  [[nodiscard]] bool must_close() const;

  WorkerContext& context_;
  Transport transport_;
  std::unique_ptr<IoForward> forward_;  // events come through it; null: straight
  State state_ = State::reading_head;
  bool running_ = false;
  bool readable_ = true;      // an edge said so and no read has found it empty since
  bool half_closed_ = false;  // the client has sent everything it will send
  bool input_fresh_ = false;  // input_ holds bytes not looked at yet
  bool close_after_ = false;  // this Exchange is the last
  bool client_keep_alive_ = true;
  bool http10_ = false;
  bool chunked_response_ = false;
  bool accepts_trailers_ = false;
  bool body_complete_ = true;  // of the request
  bool body_abandoned_ = false;
  bool write_failed_ = false;
  http::Method method_ = http::Method::get;
  http::BodyKind body_kind_ = http::BodyKind::none;
  http::ChunkedDecoder chunked_;
  std::uint64_t body_remaining_ = 0;
  std::uint32_t requests_ = 0;
  std::uint32_t lingered_bytes_ = 0;
  std::uint64_t bytes_sent_ = 0;
  std::uint64_t bytes_received_ = 0;
  TimePoint request_started_;
  TimePoint head_deadline_ = TimePoint::max();
  Exchange* exchange_ = nullptr;
  observe::Gauge* counted_in_ = nullptr;  // waiting or reading, between Exchanges
  std::unique_ptr<Tunnel> tunnel_;
  ByteBuffer input_;   // an incomplete head, or requests sent ahead
  ByteBuffer output_;  // what the socket did not take yet
  ClientInfo client_;
};

}  // namespace headgate::proxy
