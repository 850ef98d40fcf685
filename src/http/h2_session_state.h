// What is behind an H2Session: the nghttp2 session and what is kept beside it. What comes in is in
// h2_session_input.cpp, what goes out in h2_session_output.cpp. Only these files know nghttp2.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "http/h2_frame_scanner.h"
#include "http/h2_guard.h"
#include "http/h2_head_builder.h"
#include "http/h2_open_streams.h"
#include "http/h2_receive_window.h"
#include "http/h2_session.h"
#include "http/nghttp2_support.h"

namespace headgate::http {

class H2Session::State {
 public:
  State(const H2Settings& settings, H2Handler& handler, TimePoint now);
  ~State() { nghttp2_session_del(session_); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  bool feed(const char* data, std::size_t size, TimePoint now);
  void collect(ByteBuffer& out, std::size_t most);
  [[nodiscard]] bool wants_write() const { return nghttp2_session_want_write(session_) != 0; }
  [[nodiscard]] bool is_finished() const {
    return !wants_write() && nghttp2_session_want_read(session_) == 0;
  }
  [[nodiscard]] RejectReason failure() const { return guard_.failure(); }
  [[nodiscard]] std::size_t open_streams() const { return ended_ ? 0 : streams_.size(); }

  void send_head(StreamId id, const ResponseHead& head, const ResponseFacts& facts, std::string_view date,
                 bool last);
  void send_local_head(StreamId id, int status, std::string_view fields, bool last);
  void resume(StreamId id);
  void consumed(StreamId id, std::size_t size);
  void reset(StreamId id, H2Error error);
  void announce_shutdown();
  void shut_down();
  [[nodiscard]] bool is_window_blocked() const;
  [[nodiscard]] bool is_window_blocked(StreamId id) const;

  // nghttp2's callbacks, see nghttp2_support.h.
  int on_header(const nghttp2_frame& frame, std::string_view name, std::string_view value);
  void on_stream_closed(StreamId id, std::uint32_t error);

 private:
  static nghttp2_session_callbacks* make_callbacks();
  void create();
  void submit_settings();
  // Null: not open (any more).
  [[nodiscard]] H2OpenStream* find(StreamId id) const {
    return static_cast<H2OpenStream*>(nghttp2_session_get_stream_user_data(session_, id));
  }
  void submit_reset(StreamId id, H2Error error);
  // Tells the client and the handler of a failure. Never inside a callback of nghttp2's.
  void end();
  // A callback's result.
  [[nodiscard]] int verdict() const { return guard_.has_failed() ? NGHTTP2_ERR_CALLBACK_FAILURE : 0; }

  bool receive(const char* data, std::size_t size);
  bool push(const char* begin, const char* end);
  void finish_request(H2OpenStream& stream, bool end_stream);
  void charge_reset(H2OpenStream& stream);
  void end_content(H2OpenStream& stream);
  void give_window_back();
  void add_lines(std::string_view fields);
  void submit_head(H2OpenStream& stream, int status, bool last);
  void submit_trailers(H2OpenStream& stream, std::string_view lines);
  void after_head(H2OpenStream& stream, bool end_stream);
  void after_end_stream(H2OpenStream& stream);
  [[nodiscard]] bool is_blocked(const H2OpenStream& stream) const;

  // nghttp2's other callbacks.
  void on_begin_data(const nghttp2_frame_hd& frame);
  void on_begin_headers(const nghttp2_frame& frame);
  int on_frame(const nghttp2_frame& frame);
  void on_invalid_frame(const nghttp2_frame& frame, int error);
  int on_data(StreamId id, std::uint8_t flags, const char* data, std::size_t size);
  void on_frame_not_sent(const nghttp2_frame& frame);
  void on_frame_sent(const nghttp2_frame& frame);
  ssize_t ask_body(H2OpenStream& stream, std::size_t most, std::uint32_t& flags);
  int send_data(StreamId id, const std::uint8_t* header, std::size_t size);

  H2Settings settings_;
  H2Handler& handler_;
  nghttp2_session* session_ = nullptr;
  H2FrameScanner scanner_;
  H2Guard guard_;
  H2HeadBuilder builder_;
  H2OpenStreams streams_;
  H2ReceiveWindow window_;
  std::vector<nghttp2_nv> pairs_;  // of the head being submitted

  bool reset_seen_ = false;  // RST_STREAM was found and nghttp2 may not have it yet: streams may look open

  std::uint32_t frame_left_ = 0;  // of the DATA frame being read
  bool frame_is_padded_ = false;
  bool frame_has_content_ = false;

  ByteBuffer* out_ = nullptr;  // in collect()
  std::size_t out_end_ = 0;

  bool is_shut_down_ = false;
  bool goaway_sent_ = false;  // with an error: nghttp2 has explained the failure itself
  bool ended_ = false;        // the handler knows of the failure
};

}  // namespace headgate::http
