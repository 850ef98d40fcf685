// One client connection that speaks HTTP/2: frames between the Transport and the session, and what the
// session says to the streams it is about. What all streams have to say in one batch of events leaves in one
// write.
//
//   open ──► announcing ──► ending ──► lingering ──► closed      any ──► closed
//     └──────────┴────────────┴───────────┘
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/byte_buffer.h"
#include "base/clock.h"
#include "base/reject_reason.h"
#include "http/h2_session.h"
#include "observe/counter.h"
#include "proxy/client_connection.h"
#include "proxy/client_info.h"
#include "proxy/h2_stream_table.h"
#include "proxy/held_frames.h"
#include "proxy/transport.h"

namespace headgate::proxy {

struct WorkerContext;

// Destroys itself (at the end of a batch) once closed.
class H2Connection final : public ClientConnection, private http::H2Handler {
 public:
  // What all streams hold for the client before each of them may hold only a little.
  static constexpr std::size_t kMostHeld = 1024 * 1024;

  // `transport` is connected, and over TLS its handshake is done.
  H2Connection(WorkerContext& context, Transport&& transport, const ClientInfo& client);
  ~H2Connection() override;

  // Takes the descriptor, which is in the loop already (see start_h2_connection), and reads what is there.
  void take_over(std::unique_ptr<IoForward> forward);
  void drain() override;
  void close() override;

  void on_io(std::uint32_t events) override;
  void on_timeout() override;

  // --- For its streams ---

  [[nodiscard]] WorkerContext& context() { return context_; }
  [[nodiscard]] const ClientInfo& client() const { return client_; }
  [[nodiscard]] std::uint64_t requests() const { return requests_; }
  // The session, to say something with; it leaves at the end of the batch.
  http::H2Session& say();
  // settle() will be called once the session has been emptied.
  void touch(H2Stream& stream);
  // Neither the session nor an Exchange knows the stream any more.
  void retire(H2Stream& stream);
  void note_held(std::ptrdiff_t change) {
    held_ = static_cast<std::size_t>(static_cast<std::ptrdiff_t>(held_) + change);
  }
  void count(RejectReason reason);
  // The socket takes nothing.
  [[nodiscard]] bool is_blocked() const { return output_.blocked(); }
  [[nodiscard]] bool is_full() const { return held_ >= kMostHeld; }
  [[nodiscard]] bool is_half_closed() const { return half_closed_; }

 private:
  enum class State : std::uint8_t {
    open,
    announcing,  // GOAWAY was sent, new streams are still taken
    ending,      // running streams end, new ones are not taken
    lingering,
    closed,
  };

  void on_request(http::StreamId id, http::RequestHead& head, http::RequestFacts& facts, bool last) override;
  void on_refused_request(http::StreamId id, std::string_view request_line, http::Refusal refusal) override;
  void on_data(http::StreamId id, const char* data, std::size_t size, bool last) override;
  void on_reset(http::StreamId id, http::H2Error error) override;
  void on_closed(http::StreamId id) override;
  http::H2Body body(http::StreamId id, std::size_t most) override;
  void take_body(http::StreamId id, std::size_t size, ByteBuffer& out) override;
  http::RequestHead& head_scratch() override;
  std::uint64_t random_bits() override;

  H2Stream& add_stream(http::StreamId id);
  void receive();
  void drain_input();
  // Sends what the session has, until it has nothing more or the socket takes nothing more.
  void flush();
  // What the socket did not take. False: it does not take all of it now either, or the connection is gone.
  bool flush_held();
  bool write(ByteBuffer& frames);
  void settle_streams();
  void recycle();
  void announce();
  void end();
  void end_if_done();
  void fail();
  void drop_streams();
  void linger();
  // Moves the connection from the level it is counted in to `level`; null: none.
  void count_in(observe::Gauge* level);
  void arm();

  WorkerContext& context_;
  Transport transport_;
  std::unique_ptr<IoForward> forward_;  // events come through it; null: straight
  ClientInfo client_;
  http::H2Session session_;
  State state_ = State::open;
  bool readable_ = true;      // an edge said so and no read has found it empty since
  bool half_closed_ = false;  // the client has sent everything it will send
  bool flushing_ = false;
  bool failed_ = false;  // the session has given up
  std::uint32_t lingered_bytes_ = 0;
  std::uint32_t requests_ = 0;
  std::size_t held_ = 0;  // by all streams, for the client
  H2StreamTable streams_;
  std::vector<H2Stream*> touched_;
  std::vector<H2Stream*> retired_;  // wait for the end of the batch: they may be in the middle of a call
  HeldFrames output_;
  observe::Gauge* counted_in_ = nullptr;
  // Each TimePoint::max() where it does not run.
  TimePoint idle_until_;      // for a request
  TimePoint send_until_;      // for the client to take bytes
  TimePoint announce_until_;  // for streams that were begun before GOAWAY was read
  TimePoint linger_until_;
};

}  // namespace headgate::proxy
