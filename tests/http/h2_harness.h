// An H2Session between a scripted client and a recording owner: frames by hand in, frames taken apart out,
// the clock moved by hand.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/h2_session.h"
#include "support/h2_frames.h"

struct nghttp2_hd_inflater;

namespace headgate::test {

using test_support::FieldList;
using test_support::h2_block;
using test_support::h2_frame;
using test_support::h2_get;
using test_support::h2_number;
using test_support::h2_request_fields;
using test_support::h2_settings;
using test_support::H2Frame;
namespace h2 = test_support::h2;

inline constexpr std::uint8_t kPadded = 8;
inline constexpr std::uint8_t kWithPriority = 0x20;

// A request as the owner was told of it.
struct TakenRequest {
  http::StreamId stream = 0;
  std::string method;
  std::string target;
  std::string request_line;
  FieldList relayed;         // fields not marked `drop`
  std::string run;           // the same, as bytes of the buffer
  bool canonical = true;     // all of them
  bool one_run = true;       // each behind the one before
  http::RequestFacts facts;  // views are dead but for host and upgrade, below
  std::string host;
  std::string upgrade;
  std::string forwarded_for;
  bool last = false;
  std::string content;
  bool content_ended = false;
};

struct RefusedRequest {
  http::StreamId stream = 0;
  std::string request_line;
  int status = 0;
  RejectReason reason = RejectReason::none;
};

// An answer's head as the client decodes it.
struct SentHead {
  std::uint32_t stream = 0;
  FieldList fields;
  bool end_stream = false;
  [[nodiscard]] std::string value(std::string_view name) const;
};

class H2Harness : public http::H2Handler {
 public:
  explicit H2Harness(const http::H2Settings& settings = {});
  ~H2Harness() override;

  // The preface, the client's SETTINGS and its ACK of ours.
  bool open(std::string_view settings = h2_settings({}));
  // False: the session has failed. Collects afterwards.
  bool feed(std::string_view bytes);
  // The same in pieces of `size` bytes.
  bool feed_in_pieces(std::string_view bytes, std::size_t size);
  // Until the session has no more, or `most` bytes.
  void collect(std::size_t most = SIZE_MAX);
  void pass(Duration time) { now_ += time; }

  http::H2Session& session() { return *session_; }
  [[nodiscard]] RejectReason failure() const { return session_->failure(); }

  // --- What the owner was told ---
  std::vector<TakenRequest> requests;
  std::vector<RefusedRequest> refused;
  std::map<http::StreamId, http::H2Error> resets;
  std::vector<http::StreamId> closed;
  [[nodiscard]] TakenRequest* request(http::StreamId stream);

  // --- How it acts ---
  bool consumes = true;          // content is passed on at once
  bool answers_at_once = false;  // 200 without a body, as soon as a request is there
  void set_body(http::StreamId stream, std::string body, bool last = true);
  void answer(http::StreamId stream, std::string body = "", const std::string& fields = "");

  // --- What the client got ---
  std::vector<H2Frame> frames;
  std::vector<SentHead> heads;
  [[nodiscard]] std::string data_of(std::uint32_t stream) const;
  [[nodiscard]] const SentHead* head_of(std::uint32_t stream) const;  // the last one
  [[nodiscard]] std::optional<std::uint32_t> reset_of(std::uint32_t stream) const;
  [[nodiscard]] std::optional<std::uint32_t> goaway() const;  // the error of the last
  [[nodiscard]] std::size_t count(std::uint8_t type) const;
  [[nodiscard]] std::uint64_t window_given(std::uint32_t stream) const;  // sum of WINDOW_UPDATEs

 private:
  void on_request(http::StreamId stream, http::RequestHead& head, http::RequestFacts& facts,
                  bool last) override;
  void on_refused_request(http::StreamId stream, std::string_view request_line,
                          http::Refusal refusal) override;
  void on_data(http::StreamId stream, const char* data, std::size_t size, bool last) override;
  void on_reset(http::StreamId stream, http::H2Error error) override;
  void on_closed(http::StreamId stream) override;
  http::H2Body body(http::StreamId stream, std::size_t most) override;
  void take_body(http::StreamId stream, std::size_t size, ByteBuffer& out) override;
  http::RequestHead& head_scratch() override { return *scratch_; }
  std::uint64_t random_bits() override { return 0x0123456789ABCDEFULL; }
  void take_apart();
  void decode(const H2Frame& frame);

  struct Free {
    void operator()(nghttp2_hd_inflater* inflater) const;
  };
  struct Body {
    std::string bytes;
    bool last = false;
  };
  TimePoint now_{};
  std::unique_ptr<http::RequestHead> scratch_ = std::make_unique<http::RequestHead>();
  std::unique_ptr<http::H2Session> session_;
  std::map<http::StreamId, Body> bodies_;
  ByteBuffer out_;
  std::unique_ptr<nghttp2_hd_inflater, Free> inflater_;
  std::string block_;
};

// HEADERS that leave the stream open for content.
std::string open_post(std::uint32_t stream, const FieldList& more = {});
// HEADERS with END_STREAM of any fields, and with any pseudo-header fields.
std::string request_of(std::uint32_t stream, const FieldList& fields, std::uint8_t flags = h2::end_stream);
std::string data(std::uint32_t stream, std::string_view bytes, bool last = false);
std::string rst(std::uint32_t stream, std::uint32_t error = h2::cancel);
std::string window_update(std::uint32_t stream, std::uint32_t size);
std::string ping(std::string_view payload = "12345678");

}  // namespace headgate::test
