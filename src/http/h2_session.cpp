#include "http/h2_session.h"

#include <algorithm>
#include <iterator>
#include <memory>

#include "http/h2_session_state.h"

namespace headgate::http {
namespace {

static_assert(NGHTTP2_VERSION_NUM >= 0x013400, "1.52: extended CONNECT, RFC 9218, RFC 9113 field rules");

constexpr std::size_t kMaxContinuations = 8;
constexpr std::size_t kMaxSettings = 32;
constexpr std::size_t kMaxOutboundAcks = 1000;
constexpr std::uint32_t kHeaderTableBytes = 4096;
// An answer's head in HPACK's worst case: more than any upstream's may be.
constexpr std::size_t kMaxAnswerHead = std::size_t{256} * 1024;
// nghttp2 counts resets by a clock of its own; H2Budget's is to act first.
constexpr std::uint64_t kResetBurst = 100000;
constexpr std::uint64_t kResetsPerSecond = 100000;

constexpr std::string_view kPreface = NGHTTP2_CLIENT_MAGIC;
static_assert(kPreface.size() == kH2PrefaceBytes);

}  // namespace

H2Session::State::State(const H2Settings& settings, H2Handler& handler, TimePoint now)
    : settings_(settings),
      handler_(handler),
      guard_(now),
      builder_(settings.head),
      window_(settings.connection_window) {
  create();
  submit_settings();
}

nghttp2_session_callbacks* H2Session::State::make_callbacks() {
  nghttp2_session_callbacks* callbacks = nullptr;
  checked(nghttp2_session_callbacks_new(&callbacks));
  set_shared_callbacks<State>(callbacks);
  nghttp2_session_callbacks_set_on_begin_frame_callback(
      callbacks, [](nghttp2_session*, const nghttp2_frame_hd* frame, void* self) {
        if (frame->type == NGHTTP2_DATA) static_cast<State*>(self)->on_begin_data(*frame);
        return 0;
      });
  nghttp2_session_callbacks_set_on_begin_headers_callback(
      callbacks, [](nghttp2_session*, const nghttp2_frame* frame, void* self) {
        static_cast<State*>(self)->on_begin_headers(*frame);
        return 0;
      });
  nghttp2_session_callbacks_set_on_frame_recv_callback(
      callbacks, [](nghttp2_session*, const nghttp2_frame* frame, void* self) {
        return static_cast<State*>(self)->on_frame(*frame);
      });
  nghttp2_session_callbacks_set_on_invalid_frame_recv_callback(
      callbacks, [](nghttp2_session*, const nghttp2_frame* frame, int error, void* self) {
        static_cast<State*>(self)->on_invalid_frame(*frame, error);
        return 0;
      });
  nghttp2_session_callbacks_set_on_data_chunk_recv_callback(
      callbacks, [](nghttp2_session*, std::uint8_t flags, std::int32_t stream, const std::uint8_t* data,
                    std::size_t size, void* self) {
        return static_cast<State*>(self)->on_data(stream, flags, reinterpret_cast<const char*>(data), size);
      });
  nghttp2_session_callbacks_set_on_frame_send_callback(
      callbacks, [](nghttp2_session*, const nghttp2_frame* frame, void* self) {
        static_cast<State*>(self)->on_frame_sent(*frame);
        return 0;
      });
  nghttp2_session_callbacks_set_on_frame_not_send_callback(
      callbacks, [](nghttp2_session*, const nghttp2_frame* frame, int, void* self) {
        static_cast<State*>(self)->on_frame_not_sent(*frame);
        return 0;
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
  // What kMaxFields fields in head_bytes come to, as RFC 9113 §6.5.2 counts.
  const auto list_bytes = static_cast<std::uint32_t>(settings_.head.head_bytes + kMaxFields * 32);
  const nghttp2_settings_entry entries[] = {
      {NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, settings_.max_concurrent_streams},
      {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, settings_.stream_window},
      {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, list_bytes},
      {NGHTTP2_SETTINGS_ENABLE_CONNECT_PROTOCOL, 1},
      // RFC 7540's tree costs more than it gives; `priority` fields are heeded (RFC 9218).
      {NGHTTP2_SETTINGS_NO_RFC7540_PRIORITIES, 1},
  };
  checked(nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, entries, std::size(entries)));
  checked(nghttp2_session_set_local_window_size(session_, NGHTTP2_FLAG_NONE, 0,
                                                static_cast<std::int32_t>(window_.announced())));
}

void H2Session::State::submit_reset(StreamId id, H2Error error) {
  checked(nghttp2_submit_rst_stream(session_, NGHTTP2_FLAG_NONE, id, static_cast<std::uint32_t>(error)));
}

void H2Session::State::end() {
  if (ended_) return;
  ended_ = true;
  if (!goaway_sent_)
    checked(nghttp2_session_terminate_session(session_, static_cast<std::uint32_t>(guard_.error())));
  streams_.for_each([this](H2OpenStream& stream) {
    if (!stream.delivered) return;
    stream.delivered = false;
    handler_.on_reset(stream.id, guard_.error());
  });
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
bool H2Session::is_finished() const { return state_->is_finished(); }
bool H2Session::is_window_blocked() const { return state_->is_window_blocked(); }
bool H2Session::is_window_blocked(StreamId stream) const { return state_->is_window_blocked(stream); }

Preface h2_preface(std::string_view bytes) {
  const std::size_t size = std::min(bytes.size(), kPreface.size());
  if (bytes.substr(0, size) != kPreface.substr(0, size)) return Preface::no;
  return size == kPreface.size() ? Preface::yes : Preface::undecided;
}

}  // namespace headgate::http
