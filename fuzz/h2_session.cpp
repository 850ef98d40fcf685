// An HTTP/2 connection: whatever the client sends, the session's owner hears of requests without doubt only,
// of each stream in order and of its end once; what is sent back is whole frames.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "fuzz/check.h"
#include "fuzz/input.h"
#include "http/h2_frame_scanner.h"
#include "http/h2_session.h"
#include "http/host.h"
#include "http/scan.h"

using namespace headgate;
using namespace headgate::fuzz;

namespace {

constexpr std::string_view kPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
constexpr std::string_view kEmptySettings("\0\0\0\4\0\0\0\0\0", 9);
constexpr std::size_t kFrameHeader = 9;
constexpr std::size_t kMostFrame = 16384;

// How the owner acts: decided by the bytes, so that a finding can be replayed.
enum class Manner : std::uint8_t { silent, answering };

class Owner : public http::H2Handler {
 public:
  Owner(std::string_view input, Manner manner) : manner_(manner), draw_(input) {
    http::H2Settings settings;
    settings.max_concurrent_streams = 8;
    settings.connection_window = kMostHeld;
    settings.head = {.line_bytes = 256, .head_bytes = 1024};
    session_ = std::make_unique<http::H2Session>(settings, *this, now_);
  }

  void run(std::string_view bytes, bool in_pieces) {
    Pieces pieces(bytes);
    while (!bytes.empty()) {
      const std::size_t size = in_pieces ? pieces.next(bytes.size()) : bytes.size();
      const Input piece(bytes.substr(0, size));
      bytes.remove_prefix(size);
      if (!session_->feed(piece.view().data(), size, now_)) break;
      if (manner_ == Manner::silent) continue;
      now_ += std::chrono::milliseconds(draw_.next(50));
      act();
      collect(draw_.next(40) * 1000);
    }
    collect(SIZE_MAX);
    FUZZ_CHECK(failed() || held_ <= kMostHeld);
    if (!failed()) return;
    for (const auto& [id, stream] : streams_) FUZZ_CHECK(stream.over);
    FUZZ_CHECK(!session_->wants_write() && session_->open_streams() == 0);
    FUZZ_CHECK(!session_->feed("x", 1, now_));
  }

  [[nodiscard]] bool failed() const { return session_->failure() != RejectReason::none; }
  // To compare.
  std::vector<std::string> heard;
  std::map<http::StreamId, std::string> content;

 private:
  static constexpr std::size_t kMostHeld = 256 * 1024;
  struct Stream {
    bool over = false;
    bool ended = false;
    bool refused = false;
    bool has_length = false;
    std::uint64_t length = 0;
    std::uint64_t received = 0;
    std::size_t unconsumed = 0;
    std::size_t body = 0;
    bool body_last = false;
  };

  Stream& open(http::StreamId id) {
    FUZZ_CHECK(id > 0 && id % 2 == 1);
    const auto [at, added] = streams_.emplace(id, Stream{});
    FUZZ_CHECK(added);
    return at->second;
  }
  Stream& known(http::StreamId id) {
    const auto at = streams_.find(id);
    FUZZ_CHECK(at != streams_.end() && !at->second.over);
    return at->second;
  }

  void on_request(http::StreamId id, http::RequestHead& head, http::RequestFacts& facts, bool last) override {
    Stream& stream = open(id);
    stream.ended = last;
    stream.has_length = facts.body == http::BodyKind::length;
    stream.length = facts.content_length;
    FUZZ_CHECK(!http::split_host(facts.host).host.empty());
    FUZZ_CHECK(head.target == "*" || head.target.starts_with('/'));
    FUZZ_CHECK(head.method != http::Method::connect && head.method != http::Method::trace);
    FUZZ_CHECK(facts.upgrade.empty() || facts.upgrade == "websocket");
    FUZZ_CHECK(last ? facts.body != http::BodyKind::chunked && facts.content_length == 0 : true);
    std::string text = "request " + std::to_string(id) + " " + std::string(head.request_line) + " " +
                       std::string(facts.host) + (last ? " last" : "") + "\n";
    std::size_t bytes = 0;
    for (const http::Field& field : head.fields) {
      bytes += field.name.size() + field.value.size() + 4;
      const std::string line = std::string(field.name) + ": " + std::string(field.value) + "\r\n";
      FUZZ_CHECK(!field.name.empty() && field.canonical);
      FUZZ_CHECK(std::string_view(field.line_begin(), line.size()) == line);
      FUZZ_CHECK(std::all_of(field.name.begin(), field.name.end(), http::scan::is_token_char));
      FUZZ_CHECK(
          std::none_of(field.name.begin(), field.name.end(), [](char c) { return c >= 'A' && c <= 'Z'; }));
      FUZZ_CHECK(std::all_of(field.value.begin(), field.value.end(), http::scan::is_field_char));
      if (field.drop) continue;
      FUZZ_CHECK(field.name.find('_') == std::string_view::npos);
      FUZZ_CHECK(field.id == http::FieldId::other || field.id >= http::FieldId::user_agent);
      text += line;
    }
    FUZZ_CHECK(bytes <= 1024 + 256);  // the head's bound, and a WebSocket's key
    heard.push_back(text);
  }

  void on_refused_request(http::StreamId id, std::string_view line, http::Refusal refusal) override {
    open(id).refused = true;
    FUZZ_CHECK(refusal.status >= 400 && refusal.reason != RejectReason::none);
    heard.push_back("refused " + std::to_string(id) + " " + std::string(line));
    if (manner_ == Manner::answering) session_->send_local_head(id, refusal.status, "", true);
  }

  void on_data(http::StreamId id, const char* data, std::size_t size, bool last) override {
    Stream& stream = known(id);
    FUZZ_CHECK(!stream.ended && !stream.refused && (size > 0 || last));
    stream.ended = last;
    stream.received += size;
    stream.unconsumed += size;
    held_ += size;
    FUZZ_CHECK(!stream.has_length || stream.received <= stream.length);
    FUZZ_CHECK(!last || !stream.has_length || stream.received == stream.length);
    if (size > 0) content[id].append(data, size);
  }

  void over(http::StreamId id) {
    Stream& stream = known(id);
    stream.over = true;
    held_ -= stream.unconsumed;
  }
  void on_reset(http::StreamId id, http::H2Error) override { over(id); }
  void on_closed(http::StreamId id) override { over(id); }

  http::H2Body body(http::StreamId id, std::size_t most) override {
    const Stream& stream = known(id);
    const std::size_t available = std::min(most, stream.body);
    return {available, stream.body_last && available == stream.body};
  }
  void take_body(http::StreamId id, std::size_t size, ByteBuffer& out) override {
    Stream& stream = known(id);
    FUZZ_CHECK(size <= stream.body);
    stream.body -= size;
    std::fill_n(out.prepare(size), size, 'x');
    out.commit(size);
  }
  http::RequestHead& head_scratch() override { return *scratch_; }
  std::uint64_t random_bits() override { return 42; }

  // Something with each stream that is known, and perhaps with one that is not.
  void act() {
    for (auto& [id, stream] : streams_) {
      switch (draw_.next(12)) {
        case 1:
          session_->send_local_head(id, 200, "Content-Type: text/plain\r\nConnection: close\r\n", true);
          break;
        case 2:
          session_->send_local_head(id, 200, "x: y\r\n", false);
          break;
        case 3:
          if (!stream.body_last) stream.body += draw_.next(30) * 1000;
          session_->resume(id);
          break;
        case 4:
          stream.body_last = true;
          session_->resume(id);
          break;
        case 5:
          session_->reset(id, http::H2Error::cancel);
          break;
        case 6:
          session_->send_local_head(id, 103, "link: x\r\n", false);
          break;
        case 7:
        case 8:
          if (stream.over) break;
          session_->consumed(id, stream.unconsumed);
          held_ -= stream.unconsumed;
          stream.unconsumed = 0;
          break;
        default:
          break;
      }
    }
    session_->resume(77);
    if (draw_.next(30) == 1) session_->announce_shutdown();
    if (draw_.next(30) == 2) session_->shut_down();
    (void)session_->is_window_blocked();
  }

  void collect(std::size_t most) {
    session_->collect(out_, most);
    while (!out_.empty()) {
      FUZZ_CHECK(out_.size() >= kFrameHeader);
      const auto* p = reinterpret_cast<const unsigned char*>(out_.data());
      const std::size_t length = static_cast<std::size_t>(p[0] << 16 | p[1] << 8 | p[2]);
      FUZZ_CHECK(length <= kMostFrame && out_.size() >= kFrameHeader + length);
      out_.consume(kFrameHeader + length);
    }
  }

  Manner manner_;
  Pieces draw_;
  TimePoint now_{};
  std::unique_ptr<http::RequestHead> scratch_ = std::make_unique<http::RequestHead>();
  std::unique_ptr<http::H2Session> session_;
  std::map<http::StreamId, Stream> streams_;
  std::size_t held_ = 0;
  ByteBuffer out_;
};

// After GOAWAY nghttp2 reads on only as long as streams are open: until the call, not the frame, ends.
bool says_goodbye(std::string_view bytes) {
  http::H2FrameScanner scanner;
  http::H2Frame frame;
  const char* p = bytes.data();
  while (scanner.next(p, bytes.data() + bytes.size(), frame))
    if (frame.type == http::H2FrameType::goaway) return true;
  return false;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  std::string bytes;
  if (!input.starts_with('P')) bytes.append(kPreface).append(kEmptySettings);
  bytes.append(input);

  Owner whole(input, Manner::silent);
  whole.run(bytes, false);
  Owner pieces(input, Manner::silent);
  pieces.run(bytes, true);
  if (!says_goodbye(bytes)) {
    FUZZ_CHECK(whole.failed() == pieces.failed());
    FUZZ_CHECK(whole.failed() || (whole.heard == pieces.heard && whole.content == pieces.content));
  }

  Owner answering(input, Manner::answering);
  answering.run(bytes, true);
  return 0;
}
