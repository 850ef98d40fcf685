#include "http/h2_session.h"

#include <nghttp2/nghttp2.h>

#include <algorithm>
#include <charconv>
#include <new>
#include <vector>

#include "http/ascii.h"
#include "http/h2_budget.h"
#include "http/h2_closed_streams.h"
#include "http/h2_frame_scanner.h"
#include "http/h2_head_builder.h"
#include "http/h2_request.h"
#include "http/h2_stream_table.h"
#include "http/websocket_key.h"

namespace headgate::http {
namespace {

static_assert(NGHTTP2_VERSION_NUM >= 0x013400, "1.52: extended CONNECT, RFC 9218, RFC 9113 field rules");

// nghttp2's own limits act only between two calls.
constexpr std::size_t kMostFed = std::size_t{16} * 1024;
// On the wire, HEADERS with its CONTINUATIONs.
constexpr std::uint32_t kMaxHeaderBlock = 64 * 1024;
constexpr std::size_t kMaxContinuations = 8;
constexpr std::size_t kMaxSettings = 32;
constexpr std::size_t kMaxOutboundAcks = 1000;
// Frames waiting to be collected: a few a stream, and the ACKs. Well-behaved sessions have none.
constexpr std::size_t kMaxQueuedFrames = 4096;
constexpr std::uint32_t kHeaderTableBytes = 4096;
constexpr std::size_t kMaxAnswerHead = std::size_t{256} * 1024;
// A DATA frame smaller than this that could have been larger is the client's windows' doing.
constexpr std::size_t kSmallData = 1024;
constexpr std::uint32_t kDefaultWindow = 65535;  // RFC 9113 §6.9.2
// nghttp2's count of resets has a clock of its own; ours is to act first.
constexpr std::uint64_t kResetBurst = 100000;
constexpr std::uint64_t kResetsPerSecond = 100000;

constexpr std::string_view kPreface = NGHTTP2_CLIENT_MAGIC;
static_assert(kPreface.size() == kH2PrefaceBytes);

int checked(int result) {
  if (result == NGHTTP2_ERR_NOMEM) throw std::bad_alloc();
  return result;
}

std::uint8_t* bytes_of(std::string_view text) {
  return const_cast<std::uint8_t*>(reinterpret_cast<const std::uint8_t*>(text.data()));
}

// A field of an answer; nghttp2 copies it and lowers its name.
nghttp2_nv pair_of(std::string_view name, std::string_view value) {
  return {bytes_of(name), bytes_of(value), name.size(), value.size(), NGHTTP2_NV_FLAG_NONE};
}

// RFC 9113 §8.2.2: of no meaning in HTTP/2, an error to send.
constexpr FieldSet kNeverSent(FieldId::connection, FieldId::keep_alive, FieldId::proxy_connection,
                              FieldId::transfer_encoding, FieldId::upgrade, FieldId::te);

std::string_view text_of(const std::uint8_t* text, std::size_t size) {
  return {reinterpret_cast<const char*>(text), size};
}

}  // namespace

class H2Session::State {
 public:
  State(const H2Settings& settings, H2Handler& handler, TimePoint now);
  ~State() { nghttp2_session_del(session_); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  bool feed(const char* data, std::size_t size, TimePoint now);
  void collect(ByteBuffer& out, std::size_t most);
  [[nodiscard]] bool wants_write() const;
  [[nodiscard]] RejectReason failure() const { return failure_; }
  [[nodiscard]] std::size_t open_streams() const { return ended_ ? 0 : streams_.size(); }

  void send_head(StreamId stream, const ResponseHead& head, const ResponseFacts& facts, std::string_view date,
                 bool last);
  void send_local_head(StreamId stream, int status, std::string_view fields, bool last);
  void resume(StreamId stream);
  void consumed(StreamId stream, std::size_t size);
  void reset(StreamId stream, H2Error error);
  void announce_shutdown();
  void shut_down();
  bool is_window_blocked();
  [[nodiscard]] bool is_window_blocked(const H2StreamEntry& stream) const;
  [[nodiscard]] H2StreamEntry* find(StreamId stream) const;

 private:
  void create();
  void submit_settings();

  bool receive(const char* data, std::size_t size);
  bool push(const char* begin, const char* end);
  void inspect(const H2Frame& frame);
  [[nodiscard]] bool may_be_closed(const H2Frame& frame) const;
  void judge_closed(const H2Frame& frame);
  void charge(H2Charge charge);
  void note_failure(RejectReason reason, H2Error error);
  void end();

  void finish_request(H2StreamEntry& stream, bool end_stream);
  void end_content(H2StreamEntry& stream);
  void give_window_back();
  void submit_head(H2StreamEntry& stream, int status, bool last);
  void after_end_stream(H2StreamEntry& stream);

  // nghttp2's callbacks.
  int on_begin_frame(const nghttp2_frame_hd& frame);
  int on_begin_headers(const nghttp2_frame& frame);
  int on_header(const nghttp2_frame& frame, std::string_view name, std::string_view value);
  int on_frame(const nghttp2_frame& frame);
  int on_invalid_frame(const nghttp2_frame& frame, int error);
  int on_data(StreamId id, std::uint8_t flags, const char* data, std::size_t size);
  int on_stream_closed(StreamId id, std::uint32_t error);
  int on_frame_sent(const nghttp2_frame& frame);
  ssize_t ask_body(H2StreamEntry& stream, std::size_t most, std::uint32_t& flags);
  int send_data(StreamId id, const std::uint8_t* header, std::size_t size);
  static nghttp2_session_callbacks* make_callbacks();

  H2Settings settings_;
  H2Handler& handler_;
  nghttp2_session* session_ = nullptr;
  H2Budget budget_;
  H2FrameScanner scanner_;
  H2ClosedStreams closed_;
  H2HeadBuilder builder_;
  H2StreamTable streams_;
  std::vector<nghttp2_nv> pairs_;  // of the head being submitted

  StreamId highest_ = 0;     // opened by the client
  StreamId last_taken_ = 0;  // set by shut_down()
  bool is_shut_down_ = false;
  std::uint32_t block_bytes_ = 0;  // of the header block being read
  std::uint32_t frame_left_ = 0;   // of the DATA frame being read
  bool frame_is_padded_ = false;
  bool frame_has_content_ = false;

  std::size_t held_ = 0;       // content the handler has, over all streams
  std::size_t owed_ = 0;       // of the connection's window
  std::size_t hold_most_ = 0;  // held_ above this keeps the window closed by as much

  ByteBuffer* out_ = nullptr;  // in collect()
  std::size_t out_end_ = 0;

  RejectReason failure_ = RejectReason::none;
  H2Error error_ = H2Error::no_error;
  bool goaway_queued_ = false;  // nghttp2 explains the failure itself
  bool ended_ = false;          // the handler knows of the failure
};

// --- set-up ---

H2Session::State::State(const H2Settings& settings, H2Handler& handler, TimePoint now)
    : settings_(settings), handler_(handler), budget_(now), builder_(settings.head) {
  create();
  submit_settings();
}

nghttp2_session_callbacks* H2Session::State::make_callbacks() {
  nghttp2_session_callbacks* callbacks = nullptr;
  checked(nghttp2_session_callbacks_new(&callbacks));
  nghttp2_session_callbacks_set_on_begin_frame_callback(
      callbacks, [](nghttp2_session*, const nghttp2_frame_hd* frame, void* self) {
        return static_cast<State*>(self)->on_begin_frame(*frame);
      });
  nghttp2_session_callbacks_set_on_begin_headers_callback(
      callbacks, [](nghttp2_session*, const nghttp2_frame* frame, void* self) {
        return static_cast<State*>(self)->on_begin_headers(*frame);
      });
  nghttp2_session_callbacks_set_on_header_callback(
      callbacks,
      [](nghttp2_session*, const nghttp2_frame* frame, const std::uint8_t* name, std::size_t name_size,
         const std::uint8_t* value, std::size_t value_size, std::uint8_t, void* self) {
        return static_cast<State*>(self)->on_header(*frame, text_of(name, name_size),
                                                    text_of(value, value_size));
      });
  nghttp2_session_callbacks_set_on_frame_recv_callback(
      callbacks, [](nghttp2_session*, const nghttp2_frame* frame, void* self) {
        return static_cast<State*>(self)->on_frame(*frame);
      });
  nghttp2_session_callbacks_set_on_invalid_frame_recv_callback(
      callbacks, [](nghttp2_session*, const nghttp2_frame* frame, int error, void* self) {
        return static_cast<State*>(self)->on_invalid_frame(*frame, error);
      });
  nghttp2_session_callbacks_set_on_data_chunk_recv_callback(
      callbacks, [](nghttp2_session*, std::uint8_t flags, std::int32_t stream, const std::uint8_t* data,
                    std::size_t size, void* self) {
        return static_cast<State*>(self)->on_data(stream, flags, reinterpret_cast<const char*>(data), size);
      });
  nghttp2_session_callbacks_set_on_stream_close_callback(
      callbacks, [](nghttp2_session*, std::int32_t stream, std::uint32_t error, void* self) {
        return static_cast<State*>(self)->on_stream_closed(stream, error);
      });
  nghttp2_session_callbacks_set_on_frame_send_callback(
      callbacks, [](nghttp2_session*, const nghttp2_frame* frame, void* self) {
        return static_cast<State*>(self)->on_frame_sent(*frame);
      });
  nghttp2_session_callbacks_set_send_data_callback(
      callbacks, [](nghttp2_session*, nghttp2_frame* frame, const std::uint8_t* header, std::size_t size,
                    nghttp2_data_source*, void* self) {
        return static_cast<State*>(self)->send_data(frame->hd.stream_id, header, size);
      });
  return callbacks;
}

void H2Session::State::create() {
  const std::unique_ptr<nghttp2_session_callbacks, void (*)(nghttp2_session_callbacks*)> callbacks(
      make_callbacks(), &nghttp2_session_callbacks_del);
  nghttp2_option* made = nullptr;
  checked(nghttp2_option_new(&made));
  const std::unique_ptr<nghttp2_option, void (*)(nghttp2_option*)> option(made, &nghttp2_option_del);
  nghttp2_option_set_no_auto_window_update(made, 1);
  nghttp2_option_set_no_closed_streams(made, 1);
  nghttp2_option_set_max_continuations(made, kMaxContinuations);
  nghttp2_option_set_max_settings(made, kMaxSettings);
  nghttp2_option_set_max_outbound_ack(made, kMaxOutboundAcks);
  nghttp2_option_set_stream_reset_rate_limit(made, kResetBurst, kResetsPerSecond);
  nghttp2_option_set_max_deflate_dynamic_table_size(made, kHeaderTableBytes);
  nghttp2_option_set_max_send_header_block_length(made, kMaxAnswerHead);
  checked(nghttp2_session_server_new2(&session_, callbacks.get(), this, made));
}

void H2Session::State::submit_settings() {
  // What kMaxFields fields in head_bytes come to as RFC 9113 §6.5.2 counts.
  const auto list_bytes = static_cast<std::uint32_t>(settings_.head.head_bytes + kMaxFields * 32);
  const nghttp2_settings_entry entries[] = {
      {NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, settings_.max_concurrent_streams},
      {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, settings_.stream_window},
      {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, list_bytes},
      {NGHTTP2_SETTINGS_ENABLE_CONNECT_PROTOCOL, 1},
      // The tree of RFC 7540 costs more than it gives; `priority` fields are heeded (RFC 9218).
      {NGHTTP2_SETTINGS_NO_RFC7540_PRIORITIES, 1},
  };
  checked(nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, entries, std::size(entries)));
  const std::uint32_t window = std::max(settings_.connection_window / 2, kDefaultWindow);
  hold_most_ = settings_.connection_window > window ? settings_.connection_window - window : 0;
  checked(nghttp2_session_set_local_window_size(session_, NGHTTP2_FLAG_NONE, 0,
                                                static_cast<std::int32_t>(window)));
}

H2StreamEntry* H2Session::State::find(StreamId stream) const {
  return static_cast<H2StreamEntry*>(nghttp2_session_get_stream_user_data(session_, stream));
}

// --- what comes in ---

bool H2Session::State::feed(const char* data, std::size_t size, TimePoint now) {
  if (failure_ != RejectReason::none) return false;
  budget_.advance(now);
  for (std::size_t at = 0; at < size;) {
    const std::size_t part = std::min(size - at, kMostFed);
    if (!receive(data + at, part)) {
      end();
      return false;
    }
    at += part;
  }
  return true;
}

bool H2Session::State::receive(const char* data, std::size_t size) {
  const char* const end = data + size;
  const char* fed = data;
  const char* p = data;
  H2Frame frame;
  while (scanner_.next(p, end, frame)) {
    if (may_be_closed(frame)) {
      // What comes before this frame may open its stream.
      const auto passed = static_cast<std::size_t>(p - data);
      const char* const begin = p - std::min(passed, scanner_.passed());
      if (begin > fed) {
        if (!push(fed, begin)) return false;
        fed = begin;
      }
      if (may_be_closed(frame)) judge_closed(frame);
    }
    inspect(frame);
    if (failure_ != RejectReason::none) return false;
  }
  return push(fed, end);
}

bool H2Session::State::push(const char* begin, const char* end) {
  const ssize_t taken = nghttp2_session_mem_recv(session_, reinterpret_cast<const std::uint8_t*>(begin),
                                                 static_cast<std::size_t>(end - begin));
  switch (taken) {
    case NGHTTP2_ERR_NOMEM:
      throw std::bad_alloc();
    case NGHTTP2_ERR_FLOODED:
      note_failure(RejectReason::h2_flood_ping, H2Error::enhance_your_calm);
      break;
    case NGHTTP2_ERR_TOO_MANY_CONTINUATIONS:
      note_failure(RejectReason::h2_flood_headers, H2Error::enhance_your_calm);
      break;
    default:
      if (taken < 0) note_failure(RejectReason::h2_protocol, H2Error::protocol_error);
      break;
  }
  if (nghttp2_session_get_outbound_queue_size(session_) > kMaxQueuedFrames)
    note_failure(RejectReason::h2_flood_unknown, H2Error::enhance_your_calm);
  return failure_ == RejectReason::none;
}

// Counts a frame before nghttp2 acts on it, or ignores it.
void H2Session::State::inspect(const H2Frame& frame) {
  switch (frame.type) {
    case H2FrameType::data:
      if (frame.length == 0 && (frame.flags & H2Frame::kEndStream) == 0) charge(H2Charge::empty_data);
      return;
    case H2FrameType::headers:
      block_bytes_ = frame.length;
      if (frame.stream <= highest_) return;
      highest_ = frame.stream;
      budget_.earn(H2Work::stream_opened);
      return;
    case H2FrameType::continuation:
      block_bytes_ += frame.length;
      if (block_bytes_ > kMaxHeaderBlock)
        note_failure(RejectReason::h2_flood_headers, H2Error::enhance_your_calm);
      return;
    case H2FrameType::priority:
      charge(H2Charge::priority);
      // nghttp2 no longer looks at these (RFC 9113 §6.3, RFC 7540 §5.3.1).
      if (frame.stream == 0 || frame.stream == frame.dependency)
        note_failure(RejectReason::h2_protocol, H2Error::protocol_error);
      return;
    case H2FrameType::priority_update:
      charge(H2Charge::priority);
      return;
    case H2FrameType::rst_stream:
      charge(H2Charge::reset);
      return;
    case H2FrameType::settings:
      if ((frame.flags & H2Frame::kAck) == 0) charge(H2Charge::settings);
      return;
    case H2FrameType::ping:
      charge(H2Charge::ping);
      return;
    case H2FrameType::window_update:
      charge(H2Charge::window);
      return;
    case H2FrameType::push_promise:  // nghttp2 ends the connection
      return;
    case H2FrameType::goaway:
      break;
  }
  charge(H2Charge::unknown);
}

bool H2Session::State::may_be_closed(const H2Frame& frame) const {
  if (frame.type != H2FrameType::data && frame.type != H2FrameType::headers) return false;
  if (frame.stream > highest_ || frame.stream % 2 == 0) return false;
  if (is_shut_down_ && frame.stream > last_taken_) return false;  // ignored, as announced
  return find(frame.stream) == nullptr;
}

// RFC 9113 §5.1, §5.1.1.
void H2Session::State::judge_closed(const H2Frame& frame) {
  const bool head = frame.type == H2FrameType::headers;
  switch (closed_.end_of(frame.stream)) {
    case H2ClosedStreams::End::by_us:
      if (head) charge(H2Charge::unknown);
      return;
    case H2ClosedStreams::End::unknown:
      charge(H2Charge::unknown);
      return;
    case H2ClosedStreams::End::by_client:
      note_failure(RejectReason::h2_protocol, H2Error::stream_closed);
      return;
    case H2ClosedStreams::End::never:
      note_failure(RejectReason::h2_protocol, head ? H2Error::protocol_error : H2Error::stream_closed);
      return;
  }
}

void H2Session::State::charge(H2Charge charge) {
  const RejectReason reason = budget_.charge(charge);
  if (reason != RejectReason::none) note_failure(reason, H2Error::enhance_your_calm);
}

void H2Session::State::note_failure(RejectReason reason, H2Error error) {
  if (failure_ != RejectReason::none) return;
  failure_ = reason;
  error_ = error;
}

// Never inside a callback of nghttp2's.
void H2Session::State::end() {
  if (ended_) return;
  ended_ = true;
  if (!goaway_queued_)
    checked(nghttp2_session_terminate_session(session_, static_cast<std::uint32_t>(error_)));
  streams_.for_each([this](H2StreamEntry& stream) {
    if (!stream.delivered) return;
    stream.delivered = false;
    handler_.on_reset(stream.id, error_);
  });
}

int H2Session::State::on_begin_frame(const nghttp2_frame_hd& frame) {
  if (frame.type != NGHTTP2_DATA) return 0;
  frame_left_ = static_cast<std::uint32_t>(frame.length);
  frame_is_padded_ = (frame.flags & NGHTTP2_FLAG_PADDED) != 0;
  frame_has_content_ = false;
  return 0;
}

int H2Session::State::on_begin_headers(const nghttp2_frame& frame) {
  const bool request = frame.headers.cat == NGHTTP2_HCAT_REQUEST;
  if (request)
    nghttp2_session_set_stream_user_data(session_, frame.hd.stream_id, &streams_.open(frame.hd.stream_id));
  builder_.begin(!request);
  return 0;
}

int H2Session::State::on_header(const nghttp2_frame& frame, std::string_view name, std::string_view value) {
  switch (builder_.add(name, value)) {
    case H2HeadBuilder::Verdict::taken:
      return 0;
    case H2HeadBuilder::Verdict::malformed:
      checked(
          nghttp2_submit_rst_stream(session_, NGHTTP2_FLAG_NONE, frame.hd.stream_id, NGHTTP2_PROTOCOL_ERROR));
      return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    case H2HeadBuilder::Verdict::bomb:
      break;
  }
  note_failure(RejectReason::h2_flood_headers, H2Error::enhance_your_calm);
  return NGHTTP2_ERR_CALLBACK_FAILURE;
}

int H2Session::State::on_frame(const nghttp2_frame& frame) {
  const bool end_stream = (frame.hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
  if (frame.hd.type == NGHTTP2_HEADERS) {
    H2StreamEntry* const stream = find(frame.hd.stream_id);
    if (stream == nullptr) return 0;
    if (frame.headers.cat == NGHTTP2_HCAT_REQUEST) {
      finish_request(*stream, end_stream);
    } else if (builder_.refusal().reason != RejectReason::none) {
      charge(H2Charge::refused_head);
      checked(nghttp2_submit_rst_stream(session_, NGHTTP2_FLAG_NONE, stream->id, NGHTTP2_ENHANCE_YOUR_CALM));
    } else {
      end_content(*stream);
    }
  } else if (frame.hd.type == NGHTTP2_DATA) {
    H2StreamEntry* const stream = find(frame.hd.stream_id);
    if (stream == nullptr) return 0;
    if (end_stream)
      end_content(*stream);
    else if (!frame_has_content_ && frame.hd.length != 0)  // padding alone
      charge(H2Charge::empty_data);
  }
  return failure_ == RejectReason::none ? 0 : NGHTTP2_ERR_CALLBACK_FAILURE;
}

int H2Session::State::on_invalid_frame(const nghttp2_frame& frame, int error) {
  if (error == NGHTTP2_ERR_REFUSED_STREAM) {
    charge(H2Charge::refused);
    closed_.add(frame.hd.stream_id, true);
  }
  return 0;
}

void H2Session::State::finish_request(H2StreamEntry& stream, bool end_stream) {
  stream.remote_ended = end_stream;
  if (!builder_.has_priority()) {
    // Without a word of the client's, streams share the connection instead of queueing up.
    const nghttp2_extpri fair{NGHTTP2_EXTPRI_DEFAULT_URGENCY, 1};
    checked(nghttp2_session_change_extpri_stream_priority(session_, stream.id, &fair, 0));
  }
  RequestHead& head = handler_.head_scratch();
  H2Pseudo pseudo;
  if (is_websocket_connect(builder_.protocol()))
    builder_.finish(WebSocketKey(handler_.random_bits(), handler_.random_bits()).view(), head, pseudo);
  else
    builder_.finish({}, head, pseudo);

  RequestFacts facts;
  H2Judgement judgement;
  if (builder_.refusal().reason != RejectReason::none) {
    charge(H2Charge::refused_head);
    judgement = {H2Verdict::refused, builder_.refusal()};
  } else {
    judgement = analyse_h2_request(pseudo, end_stream, head, facts);
  }
  switch (judgement.verdict) {
    case H2Verdict::malformed:
      checked(nghttp2_submit_rst_stream(session_, NGHTTP2_FLAG_NONE, stream.id, NGHTTP2_PROTOCOL_ERROR));
      break;
    case H2Verdict::refused:
      stream.delivered = stream.refused = true;
      handler_.on_refused_request(stream.id, head.request_line, judgement.refusal);
      break;
    case H2Verdict::taken:
      stream.delivered = true;
      stream.tunnel = !facts.upgrade.empty();
      stream.has_content_length = facts.body == BodyKind::length;
      stream.content_length = facts.content_length;
      handler_.on_request(stream.id, head, facts, end_stream);
      break;
  }
  builder_.clear();
}

int H2Session::State::on_data(StreamId id, std::uint8_t flags, const char* data, std::size_t size) {
  frame_left_ -= static_cast<std::uint32_t>(std::min<std::size_t>(size, frame_left_));
  frame_has_content_ = true;
  owed_ += size;
  H2StreamEntry* const stream = find(id);
  if (stream != nullptr && stream->delivered && !stream->refused) {
    stream->content_received += size;
    stream->unconsumed += size;
    held_ += size;
    // With the frame's last byte, if it is known to be that, and the sum is right; else with the frame's end.
    const bool last = (flags & NGHTTP2_FLAG_END_STREAM) != 0 && !frame_is_padded_ && frame_left_ == 0 &&
                      (!stream->has_content_length || stream->content_received == stream->content_length);
    stream->remote_ended = stream->remote_ended || last;
    handler_.on_data(id, data, size, last);
  }
  give_window_back();
  return failure_ == RejectReason::none ? 0 : NGHTTP2_ERR_CALLBACK_FAILURE;
}

void H2Session::State::end_content(H2StreamEntry& stream) {
  if (stream.remote_ended) return;
  stream.remote_ended = true;
  if (stream.delivered && !stream.refused) handler_.on_data(stream.id, nullptr, 0, true);
}

void H2Session::State::consumed(StreamId id, std::size_t size) {
  H2StreamEntry* const stream = find(id);
  if (stream == nullptr) return;
  size = std::min(size, stream->unconsumed);
  if (size == 0) return;
  stream->unconsumed -= size;
  held_ -= size;
  if (!stream->remote_ended) checked(nghttp2_session_consume_stream(session_, id, size));
  give_window_back();
}

void H2Session::State::give_window_back() {
  const std::size_t kept = held_ > hold_most_ ? held_ - hold_most_ : 0;
  if (owed_ <= kept) return;
  checked(nghttp2_session_consume_connection(session_, owed_ - kept));
  owed_ = kept;
}

int H2Session::State::on_stream_closed(StreamId id, std::uint32_t error) {
  H2StreamEntry* const stream = find(id);
  if (stream == nullptr) return 0;
  nghttp2_session_set_stream_user_data(session_, id, nullptr);
  closed_.add(id, stream->reset_by_us);
  held_ -= stream->unconsumed;
  const bool completed = stream->local_ended && (stream->remote_ended || stream->read_no_further);
  const bool delivered = stream->delivered;
  streams_.close(*stream);
  if (completed) budget_.earn(H2Work::stream_completed);
  if (delivered) {
    if (completed)
      handler_.on_closed(id);
    else
      handler_.on_reset(id, static_cast<H2Error>(error));
  }
  give_window_back();
  return 0;
}

// --- what goes out ---

void H2Session::State::collect(ByteBuffer& out, std::size_t most) {
  out_ = &out;
  out_end_ = out.size() + most;
  while (out.size() < out_end_) {
    const std::uint8_t* frame = nullptr;
    const ssize_t size = nghttp2_session_mem_send(session_, &frame);
    if (size == NGHTTP2_ERR_NOMEM) throw std::bad_alloc();
    if (size < 0) note_failure(RejectReason::h2_protocol, H2Error::internal_error);
    if (failure_ != RejectReason::none) end();
    if (size <= 0) break;
    out.append(text_of(frame, static_cast<std::size_t>(size)));
  }
  out_ = nullptr;
}

bool H2Session::State::wants_write() const { return nghttp2_session_want_write(session_) != 0; }

int H2Session::State::on_frame_sent(const nghttp2_frame& frame) {
  const bool end_stream = (frame.hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
  switch (frame.hd.type) {
    case NGHTTP2_GOAWAY:
      if (frame.goaway.error_code != NGHTTP2_NO_ERROR) {
        goaway_queued_ = true;
        note_failure(RejectReason::h2_protocol, static_cast<H2Error>(frame.goaway.error_code));
      }
      break;
    case NGHTTP2_RST_STREAM:
      if (H2StreamEntry* const stream = find(frame.hd.stream_id); stream != nullptr) {
        stream->reset_by_us = true;
        if (!stream->reset_is_ours) charge(H2Charge::self_reset);
      }
      break;
    case NGHTTP2_DATA:
      if (H2StreamEntry* const stream = find(frame.hd.stream_id); stream != nullptr) {
        if (!stream->starved) budget_.earn(H2Work::data_sent);
        if (end_stream) after_end_stream(*stream);
      }
      break;
    case NGHTTP2_HEADERS:
      if (H2StreamEntry* const stream = find(frame.hd.stream_id); stream != nullptr && end_stream)
        after_end_stream(*stream);
      break;
    default:
      break;
  }
  return 0;
}

void H2Session::State::after_end_stream(H2StreamEntry& stream) {
  stream.local_ended = true;
  stream.sending = false;
  if (stream.remote_ended || stream.tunnel || stream.reset_is_ours) return;
  stream.reset_is_ours = stream.read_no_further = true;
  checked(nghttp2_submit_rst_stream(session_, NGHTTP2_FLAG_NONE, stream.id, NGHTTP2_NO_ERROR));
}

ssize_t H2Session::State::ask_body(H2StreamEntry& stream, std::size_t most, std::uint32_t& flags) {
  if (failure_ != RejectReason::none) return NGHTTP2_ERR_DEFERRED;
  const H2Body body = handler_.body(stream.id, most);
  const std::size_t size = std::min(body.available, most);
  const bool end = body.last && size == body.available;
  if (size == 0 && !end) {
    stream.deferred = true;
    return NGHTTP2_ERR_DEFERRED;
  }
  stream.starved = most < kSmallData && body.available > most;
  flags |= NGHTTP2_DATA_FLAG_NO_COPY;
  if (end) flags |= NGHTTP2_DATA_FLAG_EOF;
  return static_cast<ssize_t>(size);
}

int H2Session::State::send_data(StreamId id, const std::uint8_t* header, std::size_t size) {
  out_->append(text_of(header, kH2FrameHeaderBytes));
  if (size != 0) {
    const std::size_t before = out_->size();
    handler_.take_body(id, size, *out_);
    // The frame's header is out: a body of another size would be taken for frames.
    if (out_->size() - before != size) return NGHTTP2_ERR_CALLBACK_FAILURE;
  }
  return out_->size() < out_end_ ? 0 : NGHTTP2_ERR_PAUSE;
}

void H2Session::State::submit_head(H2StreamEntry& stream, int status, bool last) {
  char code[3];
  std::to_chars(code, code + sizeof code, status);
  pairs_[0] = pair_of(":status", {code, sizeof code});
  if (status < 200) {
    checked(nghttp2_submit_headers(session_, NGHTTP2_FLAG_NONE, stream.id, nullptr, pairs_.data(),
                                   pairs_.size(), nullptr));
    return;
  }
  stream.answered = true;
  stream.sending = !last;
  nghttp2_data_provider provider;
  provider.source.ptr = &stream;
  provider.read_callback = [](nghttp2_session*, std::int32_t, std::uint8_t*, std::size_t most,
                              std::uint32_t* flags, nghttp2_data_source* source, void* self) {
    return static_cast<State*>(self)->ask_body(*static_cast<H2StreamEntry*>(source->ptr), most, *flags);
  };
  checked(
      nghttp2_submit_response(session_, stream.id, pairs_.data(), pairs_.size(), last ? nullptr : &provider));
}

void H2Session::State::send_head(StreamId id, const ResponseHead& head, const ResponseFacts& facts,
                                 std::string_view date, bool last) {
  H2StreamEntry* const stream = find(id);
  if (stream == nullptr || stream->answered || ended_) return;
  const bool accepts_tunnel = head.status == 101;
  pairs_.resize(1);  // :status
  for (const Field& field : head.fields) {
    if (field.drop || kNeverSent.contains(field.id)) continue;
    if (accepts_tunnel && equals_ignoring_case(field.name, "sec-websocket-accept")) continue;
    pairs_.push_back(pair_of(field.name, field.value));
  }
  if (!date.empty()) pairs_.push_back(pair_of("date", date));
  char length[20];
  if (facts.has_content_length && !accepts_tunnel) {
    const char* const length_end = std::to_chars(length, length + sizeof length, facts.content_length).ptr;
    pairs_.push_back(pair_of("content-length", {length, static_cast<std::size_t>(length_end - length)}));
  }
  submit_head(*stream, accepts_tunnel ? 200 : head.status, last);
}

void H2Session::State::send_local_head(StreamId id, int status, std::string_view fields, bool last) {
  H2StreamEntry* const stream = find(id);
  if (stream == nullptr || stream->answered || ended_) return;
  pairs_.resize(1);  // :status
  while (!fields.empty()) {
    const std::string_view line = fields.substr(0, fields.find("\r\n"));
    fields.remove_prefix(std::min(line.size() + 2, fields.size()));
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    const std::string_view name = line.substr(0, colon);
    if (!kNeverSent.contains(field_id_of(name)))
      pairs_.push_back(pair_of(name, trim(line.substr(colon + 1))));
  }
  submit_head(*stream, status, last);
}

void H2Session::State::resume(StreamId id) {
  H2StreamEntry* const stream = find(id);
  if (stream == nullptr || !stream->deferred) return;
  stream->deferred = false;
  checked(nghttp2_session_resume_data(session_, id));
}

void H2Session::State::reset(StreamId id, H2Error error) {
  H2StreamEntry* const stream = find(id);
  if (stream == nullptr || stream->reset_is_ours || ended_) return;
  stream->reset_is_ours = true;
  checked(nghttp2_submit_rst_stream(session_, NGHTTP2_FLAG_NONE, id, static_cast<std::uint32_t>(error)));
}

void H2Session::State::announce_shutdown() { checked(nghttp2_submit_shutdown_notice(session_)); }

void H2Session::State::shut_down() {
  if (is_shut_down_ || ended_) return;
  is_shut_down_ = true;
  last_taken_ = nghttp2_session_get_last_proc_stream_id(session_);
  checked(nghttp2_submit_goaway(session_, NGHTTP2_FLAG_NONE, last_taken_, NGHTTP2_NO_ERROR, nullptr, 0));
}

bool H2Session::State::is_window_blocked(const H2StreamEntry& stream) const {
  return stream.sending && !stream.deferred &&
         (nghttp2_session_get_remote_window_size(session_) <= 0 ||
          nghttp2_session_get_stream_remote_window_size(session_, stream.id) <= 0);
}

bool H2Session::State::is_window_blocked() {
  bool blocked = false;
  streams_.for_each([&](const H2StreamEntry& stream) { blocked = blocked || is_window_blocked(stream); });
  return blocked;
}

// --- the session, as its owner sees it ---

H2Session::H2Session(const H2Settings& settings, H2Handler& handler, TimePoint now)
    : state_(std::make_unique<State>(settings, handler, now)) {}
H2Session::~H2Session() = default;

bool H2Session::feed(const char* data, std::size_t size, TimePoint now) {
  return state_->feed(data, size, now);
}
RejectReason H2Session::failure() const { return state_->failure(); }
void H2Session::collect(ByteBuffer& out, std::size_t most) { state_->collect(out, most); }
bool H2Session::wants_write() const { return state_->wants_write(); }
void H2Session::send_head(StreamId stream, const ResponseHead& head, const ResponseFacts& facts,
                          std::string_view date, bool last) {
  state_->send_head(stream, head, facts, date, last);
}
void H2Session::send_local_head(StreamId stream, int status, std::string_view fields, bool last) {
  state_->send_local_head(stream, status, fields, last);
}
void H2Session::resume(StreamId stream) { state_->resume(stream); }
void H2Session::consumed(StreamId stream, std::size_t size) { state_->consumed(stream, size); }
void H2Session::reset(StreamId stream, H2Error error) { state_->reset(stream, error); }
void H2Session::announce_shutdown() { state_->announce_shutdown(); }
void H2Session::shut_down() { state_->shut_down(); }
std::size_t H2Session::open_streams() const { return state_->open_streams(); }
bool H2Session::is_window_blocked() const { return state_->is_window_blocked(); }
bool H2Session::is_window_blocked(StreamId stream) const {
  const H2StreamEntry* const entry = state_->find(stream);
  return entry != nullptr && state_->is_window_blocked(*entry);
}

Preface h2_preface(std::string_view bytes) {
  const std::size_t size = std::min(bytes.size(), kPreface.size());
  if (bytes.substr(0, size) != kPreface.substr(0, size)) return Preface::no;
  return size == kPreface.size() ? Preface::yes : Preface::undecided;
}

}  // namespace headgate::http
