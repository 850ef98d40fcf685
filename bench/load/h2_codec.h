// The client side of one HTTP/2 connection without its socket: a closed loop on each of its streams. A framer
// of its own and no session library, so that the load is cheaper than what is measured.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "load/h2_requests.h"
#include "load/tally.h"

struct nghttp2_hd_inflater;

namespace headgate::bench {

// Checks of each answer: status, framing, length and bytes of the body; of the first ones also that the whole
// header block can be decoded. One thread.
class H2Codec {
 public:
  // `body`: what every answer's body must be. All outlive the codec.
  H2Codec(const H2Requests& requests, std::size_t host, std::size_t streams, std::string_view body,
          Tally& tally);
  ~H2Codec();
  H2Codec(const H2Codec&) = delete;
  H2Codec& operator=(const H2Codec&) = delete;

  // Takes bytes in the order they came. False: see problem().
  bool feed(std::string_view bytes, std::uint64_t now_ns);
  // What is to be sent now: the preface at first, then frames, among them a request for each free stream.
  // Empty it when it has been sent.
  std::string& output(std::uint64_t now_ns);

  // The server has said GOAWAY and every stream it took is answered.
  [[nodiscard]] bool finished() const { return going_away_ && open_ == 0; }
  [[nodiscard]] const char* problem() const { return problem_; }

 private:
  struct Stream {
    std::uint32_t id = 0;  // 0: free
    bool head_seen = false;
    std::uint64_t sent_at = 0;
    std::size_t received = 0;  // bytes of the body
  };
  struct InflaterFree {
    void operator()(nghttp2_hd_inflater* inflater) const;
  };

  bool take_frame(std::uint8_t type, std::uint8_t flags, std::uint32_t id, std::string_view payload);
  bool take_settings(std::uint8_t flags, std::string_view payload);
  bool take_head(std::uint8_t flags, Stream* stream, std::string_view block);
  bool take_data(std::uint8_t flags, Stream* stream, std::string_view data);
  bool take_goaway(std::string_view payload);
  bool decodes(std::string_view block);
  bool end(Stream& stream);
  void begin(Stream& stream, std::uint64_t now_ns);
  void put_frame(std::uint8_t type, std::uint8_t flags, std::uint32_t id, std::string_view payload);
  Stream* find(std::uint32_t id);
  bool fail(const char* problem);

  const H2Requests& requests_;
  std::size_t host_;
  std::string_view body_;
  Tally& tally_;
  std::vector<Stream> streams_;
  std::size_t open_ = 0;
  std::uint32_t next_id_ = 1;
  std::string partial_;  // the beginning of a frame
  std::string output_;
  std::uint64_t now_ = 0;
  std::size_t unacknowledged_ = 0;  // bytes of DATA not yet given back to the connection's window
  std::size_t blocks_ = 0;          // header blocks seen
  std::unique_ptr<nghttp2_hd_inflater, InflaterFree> inflater_;  // null after the first blocks
  bool settings_seen_ = false;
  bool going_away_ = false;
  const char* problem_ = "";
};

}  // namespace headgate::bench
