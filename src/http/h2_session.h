// The server side of one HTTP/2 connection (RFC 9113) without its socket: bytes in, events out; calls in,
// bytes out. The only place that knows nghttp2. Judges every request head by the rules of HTTP/1's framing
// (h2_request.h) and counts what a hostile peer can make us do (h2_budget.h). Used by one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "base/byte_buffer.h"
#include "base/clock.h"
#include "http/framing.h"
#include "http/h2_error.h"
#include "http/message.h"

namespace headgate::http {

using StreamId = std::int32_t;

// Windows: a stream may send `stream_window` bytes before the first of them is consumed(). For all streams
// together, half of `connection_window` is the window announced, and it is opened again on receipt as long as
// no more than the other half waits to be consumed; beyond that, only by as much as is consumed. So one
// connection never holds more than `connection_window` bytes of content, and a stream that is not consumed
// takes nothing from its siblings until a dozen full ones do so at once.
struct H2Settings {
  std::uint32_t max_concurrent_streams = 128;     // http2-max-concurrent-streams
  std::uint32_t stream_window = 65535;            // what one stream may send before it is consumed
  std::uint32_t connection_window = 1024 * 1024;  // what all streams together may; 128 KiB at least
  HeadLimits head;                                // 8 KiB a field, 32 KiB in all (431), kMaxFields fields
};

// The floods a session ends a connection for: GOAWAY(ENHANCE_YOUR_CALM), and one of the h2_flood_* reasons.
// (base/reject_reason.h.)

// What of a body can be sent now.
struct H2Body {
  std::size_t available = 0;    // bytes take_body() can give
  bool last = false;            // END_STREAM follows them
  std::string_view trailers{};  // with it go these lines "name: value\r\n"; looked at where `last`
};

// The owner of a session, as the session sees it. Called only from inside feed() and collect(); it must not
// destroy the session there.
class H2Handler {
 public:
  virtual ~H2Handler() = default;
  // A request without doubt. `head`: method_text, target (":path"), request_line ("GET / HTTP/2.0", for the
  // log) and fields whose bytes lie one behind the other as "name: value\r\n" (so that they are relayed in
  // runs); facts.host is ":authority", else Host. For an extended CONNECT (RFC 8441) head.method is GET,
  // facts.upgrade its ":protocol", and Sec-WebSocket-Key has been added. Views die with the call. `last`: no
  // body.
  virtual void on_request(StreamId stream, RequestHead& head, RequestFacts& facts, bool last) = 0;
  // A request that is understood and not taken: to be answered on its stream, body ignored.
  virtual void on_refused_request(StreamId stream, std::string_view request_line, Refusal refusal) = 0;
  // Content, to be reported with consumed() once it has been passed on. `size` may be 0 with `last`.
  virtual void on_data(StreamId stream, const char* data, std::size_t size, bool last) = 0;
  // The stream is over before both sides ended it: RST_STREAM from either side (after reset() too, once
  // collect() has sent it), or the connection failed. Nothing may be said of it any more.
  virtual void on_reset(StreamId stream, H2Error error) = 0;
  // Both sides have ended the stream; or we have, and then its owner has reset it with NO_ERROR
  // (RFC 9113 §8.1): what the client still had to say was not waited for.
  virtual void on_closed(StreamId stream) = 0;
  // In collect(): what of the answer's body there is now, `most` bytes at most are asked for; and its bytes.
  virtual H2Body body(StreamId stream, std::size_t most) = 0;
  virtual void take_body(StreamId stream, std::size_t size, ByteBuffer& out) = 0;
  // A head to be filled for on_request(); used within one call of feed() only, so a Worker needs but one.
  virtual RequestHead& head_scratch() = 0;
  // 64 random bits, not secret: for Sec-WebSocket-Key.
  virtual std::uint64_t random_bits() = 0;
};

class H2Session {
 public:
  // `handler` outlives the session. The first collect() gives our SETTINGS.
  H2Session(const H2Settings& settings, H2Handler& handler, TimePoint now);
  ~H2Session();
  H2Session(const H2Session&) = delete;
  H2Session& operator=(const H2Session&) = delete;

  // What the client sent; the client's preface is part of it. False: the connection is to be ended once what
  // collect() gives has been sent (a GOAWAY explains); failure() says why.
  bool feed(const char* data, std::size_t size, TimePoint now);
  // None while all is well. Looked at after collect() too: some faults are known only there.
  [[nodiscard]] RejectReason failure() const;

  // Appends what is to be sent now, up to about `most` bytes: frames of all streams, as the windows allow.
  void collect(ByteBuffer& out, std::size_t most);
  [[nodiscard]] bool wants_write() const;

  // The answer's head: fields marked `drop` are left out, names are lowered, `date` is added where not empty.
  // A final head comes once; 1xx before it. `last`: no body follows, else body() is asked.
  void send_head(StreamId stream, const ResponseHead& head, const ResponseFacts& facts, std::string_view date,
                 bool last);
  // The same for the few fields of an answer of our own: `fields` are lines "name: value\r\n".
  void send_local_head(StreamId stream, int status, std::string_view fields, bool last);
  // body() has something to give that it had not when it was last asked.
  void resume(StreamId stream);
  // The stream's content has been passed on: its window opens again.
  void consumed(StreamId stream, std::size_t size);
  // Content of the client's is no longer reported. A head that has been given and not been collected goes
  // before the RST_STREAM.
  void reset(StreamId stream, H2Error error);

  // GOAWAY with the largest stream id: the client opens no new stream once it has read it; streams on their
  // way are still taken. RFC 9113 §6.8.
  void announce_shutdown();
  // GOAWAY with the last stream taken; later ones are ignored.
  void shut_down();

  [[nodiscard]] std::size_t open_streams() const;
  // Neither side has anything more to say (both GOAWAYs count, the client's too): the connection can be
  // closed.
  [[nodiscard]] bool is_finished() const;
  // A stream with an answer's body to send waits for the client to open a window, its own or the
  // connection's: the owner times that.
  [[nodiscard]] bool is_window_blocked() const;
  [[nodiscard]] bool is_window_blocked(StreamId stream) const;

 private:
  class State;
  std::unique_ptr<State> state_;
};

// Whether the bytes begin like HTTP/2's client preface (RFC 9113 §3.4): yes, no, or too few to tell.
enum class Preface : std::uint8_t { yes, no, undecided };
Preface h2_preface(std::string_view bytes);

}  // namespace headgate::http
