// The client side of an HTTP/2 connection in a test: well-behaved where it is asked to be, frames by hand
// else.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "support/h2_frames.h"
#include "support/stream_client.h"

struct nghttp2_hd_inflater;

namespace headgate::test_support {

// The answer on one stream, as far as it has come.
struct H2Response {
  int status = 0;
  FieldList fields;
  FieldList trailers;
  std::string body;
  bool complete = false;
  std::optional<std::uint32_t> reset;  // error code of a RST_STREAM

  [[nodiscard]] std::optional<std::string> field(std::string_view name) const;
};

class H2Client {
 public:
  using Settings = std::vector<std::pair<std::uint16_t, std::uint32_t>>;

  // Sends preface and SETTINGS on a connected `stream` (TLS with ALPN h2, or plain for prior knowledge),
  // which outlives the client.
  explicit H2Client(StreamClient& stream, const Settings& settings = {});
  ~H2Client();
  H2Client(const H2Client&) = delete;
  H2Client& operator=(const H2Client&) = delete;

  bool send(std::string_view frames) { return stream_.send(frames); }
  // The next frame, as it came; nothing at the end of the connection or after the deadline (see end()).
  std::optional<H2Frame> read(const Deadline& deadline);
  // Takes frames until `stream` is complete or reset. SETTINGS and PING are acknowledged, windows given back.
  H2Response receive(std::uint32_t stream, std::chrono::milliseconds within = kPatience);
  // GET on the next stream id.
  H2Response get(std::string_view host, std::string_view path, const FieldList& more = {});
  // One DATA frame, window or not.
  bool send_piece(std::uint32_t stream, std::string_view piece, bool last = false);
  // Content in frames, as fast as the windows let it; END_STREAM behind it. False: it did not all go, because
  // the stream or connection ended or the deadline passed.
  bool send_body(std::uint32_t stream, std::string_view body, std::chrono::milliseconds within = kPatience);
  // Takes frames until GOAWAY or the end of the connection; the error code of the GOAWAY.
  std::optional<std::uint32_t> wait_for_goaway(std::chrono::milliseconds within = kPatience);

  [[nodiscard]] ReadEnd end() const { return end_; }
  [[nodiscard]] std::optional<std::uint32_t> goaway() const { return goaway_; }
  // Odd numbers, each once.
  std::uint32_t next_stream() { return std::exchange(next_stream_, next_stream_ + 2); }
  // Content is acknowledged with WINDOW_UPDATE as it comes, unless this is off.
  void set_gives_windows(bool gives) { gives_windows_ = gives; }
  // What may be sent on a stream before its window is opened again, by the frames taken so far.
  std::int64_t window(std::uint32_t stream) { return std::min(connection_window_, stream_window(stream)); }
  // What has come on a stream.
  const H2Response& response(std::uint32_t stream) { return responses_[stream]; }
  // One frame taken into account. False: the connection is over, or the deadline has passed.
  bool step(const Deadline& deadline);

 private:
  void take(const H2Frame& frame);
  void take_head(const H2Frame& frame);
  void take_settings(std::string_view payload);
  std::int64_t& stream_window(std::uint32_t stream) {
    return windows_.try_emplace(stream, initial_window_).first->second;
  }

  struct Free {
    void operator()(nghttp2_hd_inflater* inflater) const;
  };
  StreamClient& stream_;
  std::unique_ptr<nghttp2_hd_inflater, Free> inflater_;
  std::map<std::uint32_t, H2Response> responses_;
  std::string block_;  // a header block that goes on in CONTINUATION frames
  std::optional<std::uint32_t> goaway_;
  ReadEnd end_ = ReadEnd::data;
  std::uint32_t next_stream_ = 1;
  bool gives_windows_ = true;
  // What we may send.
  std::int64_t initial_window_ = 65535;
  std::int64_t connection_window_ = 65535;
  std::map<std::uint32_t, std::int64_t> windows_;
};

}  // namespace headgate::test_support
