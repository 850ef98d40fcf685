// The client side of one HTTP/2 connection (RFC 9113) without its socket: bytes in, events out; calls in,
// bytes out. For pods that speak it (GRPC, GRPCS, h2c). Used by one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "base/byte_buffer.h"
#include "http/h1_parser.h"
#include "http/h2_error.h"
#include "http/message.h"

namespace headgate::http {

using StreamId = std::int32_t;

// Windows: a stream may send `stream_window` bytes before the first of them is consumed(); all streams
// together what theirs add up to, so that one that is not consumed takes nothing from its siblings.
struct H2ClientSettings {
  std::uint32_t max_streams = 100;      // at once; the server may allow fewer
  std::uint32_t stream_window = 65535;  // what one stream may send before it is consumed
  HeadLimits head;                      // of an answer
};

// One request's owner, as the session sees it. Called only from inside feed() and collect(); it must not
// destroy the session there.
class H2ClientStream {
 public:
  virtual ~H2ClientStream() = default;
  // A head, interim (1xx) or final. Its fields' bytes lie one behind the other as "name: value\r\n", so that
  // they are relayed in runs. Views die with the call. `last`: no content and no trailers follow.
  virtual void on_response(ResponseHead& head, bool last) = 0;
  // Content, to be reported with consumed() once it has been passed on. `size` may be 0 with `last`.
  virtual void on_data(const char* data, std::size_t size, bool last) = 0;
  // The end, with these lines "name: value\r\n".
  virtual void on_trailers(std::string_view lines) = 0;
  // Over before the server ended it; nothing may be said of it any more. `unprocessed`: the server has not
  // looked at the request (REFUSED_STREAM, or a GOAWAY that leaves it out). `bad_head`: the answer's head was
  // beyond its limits, which is why.
  virtual void on_reset(H2Error error, bool unprocessed, bool bad_head) = 0;
  // Up to `most` bytes of the request's content into `out`. `last`: nothing follows. Nothing and not `last`:
  // it is asked again after resume().
  virtual std::size_t read_body(char* out, std::size_t most, bool& last) = 0;
};

class H2ClientSession {
 public:
  // `head`: to be filled for on_response(); used within one call of feed() only. The first collect() gives
  // preface and SETTINGS.
  H2ClientSession(const H2ClientSettings& settings, ResponseHead& head);
  ~H2ClientSession();
  H2ClientSession(const H2ClientSession&) = delete;
  H2ClientSession& operator=(const H2ClientSession&) = delete;

  // Begins a request. `head`: of HTTP/1 as write_request_head() writes it: the request line, Host, fields,
  // and the empty line; fields of HTTP/1 alone are left out. `last`: no content. `stream` is called until its
  // end or forget().
  StreamId open(std::string_view head, std::string_view scheme, bool last, H2ClientStream& stream);
  // Whether another stream may be opened now.
  [[nodiscard]] bool can_open() const;
  [[nodiscard]] std::size_t open_streams() const;
  // What the server allows at once: SETTINGS_MAX_CONCURRENT_STREAMS of RFC 9113 §6.5.2, a large number where
  // it sets none. Nothing before its first SETTINGS.
  [[nodiscard]] std::optional<std::uint32_t> server_max_streams() const;

  // What the server sent. False: the connection is of no use any more; what collect() gives explains it. Some
  // faults are known only there.
  bool feed(const char* data, std::size_t size);
  // Appends what is to be sent now, up to about `most` bytes. False: as feed().
  bool collect(ByteBuffer& out, std::size_t most);
  [[nodiscard]] bool wants_write() const;

  // read_body() has something to give that it had not when it was last asked.
  void resume(StreamId stream);
  // Its window opens again.
  void consumed(StreamId stream, std::size_t size);
  // Its owner hears nothing more; where the stream is not over, it is reset.
  void forget(StreamId stream, H2Error error);
  // GOAWAY: no further streams.
  void shut_down();
  // The server will take no further streams, or neither side has anything more to say.
  [[nodiscard]] bool is_ending() const;

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace headgate::http
