#include "http/h2_client_session.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "http/ascii.h"
#include "http/field_id.h"
#include "http/local_reply.h"
#include "http/nghttp2_support.h"

namespace headgate::http {
namespace {

constexpr std::uint32_t kHeaderTableBytes = 4096;
constexpr std::size_t kMaxTrailerBytes = std::size_t{8} * 1024;
constexpr std::size_t kMaxOutboundAcks = 1000;
constexpr std::uint32_t kMostWindow = 0x7fffffff;

// Of no meaning in HTTP/2 (RFC 9113 §8.2.2), or said in another way.
constexpr FieldSet kNotSent(FieldId::connection, FieldId::keep_alive, FieldId::proxy_connection,
                            FieldId::transfer_encoding, FieldId::upgrade, FieldId::host);

// RFC 7541 §7.1.3: many clients share the connection, and its compression must not tell them of each other.
std::uint8_t flags_for(std::string_view name) {
  return same_name(name, "authorization") || same_name(name, "cookie") ? NGHTTP2_NV_FLAG_NO_INDEX
                                                                       : NGHTTP2_NV_FLAG_NONE;
}

nghttp2_nv pair_of(std::string_view name, std::string_view value) {
  const auto bytes = [](std::string_view text) {
    return const_cast<std::uint8_t*>(reinterpret_cast<const std::uint8_t*>(text.data()));
  };
  return {bytes(name), bytes(value), name.size(), value.size(), flags_for(name)};
}

// A stream that nghttp2 knows.
struct Open {
  H2ClientStream* owner = nullptr;  // null: forgotten
  StreamId id = 0;
  bool answered = false;  // the final head has come
  bool bad_head = false;
  bool ended = false;  // by the server, and the owner knows
};

// One head or trailer section as it comes.
struct Section {
  struct Line {
    std::size_t begin;
    std::size_t name_size;
    std::size_t value_size;
  };
  std::string bytes;
  std::vector<Line> lines;
  int status = 0;
  std::size_t decoded = 0;

  void clear() {
    bytes.clear();
    lines.clear();
    status = 0;
    decoded = 0;
  }
};

}  // namespace

class H2ClientSession::State {
 public:
  State(const H2ClientSettings& settings, ResponseHead& head) : settings_(settings), head_(head) { create(); }
  ~State() {
    const std::vector<Open*> left = open_;
    nghttp2_session_del(session_);
    for (const Open* each : left) delete each;
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  void create();
  void submit_settings();
  StreamId open(std::string_view head, std::string_view scheme, bool last, H2ClientStream& stream);
  [[nodiscard]] bool can_open() const;
  bool feed(const char* data, std::size_t size);
  bool collect(ByteBuffer& out, std::size_t most);
  void forget(StreamId id, H2Error error);

  [[nodiscard]] Open* find(StreamId id) const {
    if (void* const found = nghttp2_session_get_stream_user_data(session_, id))
      return static_cast<Open*>(found);
    // One whose HEADERS have not been sent is nobody's yet.
    const auto at =
        std::find_if(open_.begin(), open_.end(), [id](const Open* each) { return each->id == id; });
    return at == open_.end() ? nullptr : *at;
  }

  // nghttp2's callbacks.
  int on_header(const nghttp2_frame& frame, std::string_view name, std::string_view value);
  void on_frame(const nghttp2_frame& frame);
  void on_headers(Open& stream, bool last);
  void on_data(StreamId id, const char* data, std::size_t size);
  void on_stream_closed(StreamId id, std::uint32_t error);

  H2ClientSettings settings_;
  ResponseHead& head_;
  nghttp2_session* session_ = nullptr;
  std::vector<Open*> open_;
  std::vector<nghttp2_nv> pairs_;
  Section section_;
  bool going_away_ = false;  // GOAWAY of either side
  bool failed_ = false;
};

void H2ClientSession::State::create() {
  nghttp2_session_callbacks* callbacks = nullptr;
  checked(nghttp2_session_callbacks_new(&callbacks));
  set_shared_callbacks<State>(callbacks);
  nghttp2_session_callbacks_set_on_begin_headers_callback(
      callbacks, [](nghttp2_session*, const nghttp2_frame*, void* self) {
        static_cast<State*>(self)->section_.clear();
        return 0;
      });
  nghttp2_session_callbacks_set_on_frame_recv_callback(
      callbacks, [](nghttp2_session*, const nghttp2_frame* frame, void* self) {
        static_cast<State*>(self)->on_frame(*frame);
        return 0;
      });
  nghttp2_session_callbacks_set_on_data_chunk_recv_callback(
      callbacks, [](nghttp2_session*, std::uint8_t, std::int32_t stream, const std::uint8_t* data,
                    std::size_t size, void* self) {
        static_cast<State*>(self)->on_data(stream, reinterpret_cast<const char*>(data), size);
        return 0;
      });
  nghttp2_option* option = nullptr;
  checked(nghttp2_option_new(&option));
  nghttp2_option_set_no_auto_window_update(option, 1);
  nghttp2_option_set_max_outbound_ack(option, kMaxOutboundAcks);
  nghttp2_option_set_max_deflate_dynamic_table_size(option, kHeaderTableBytes);
  nghttp2_option_set_no_closed_streams(option, 1);
  const int made = nghttp2_session_client_new2(&session_, callbacks, this, option);
  nghttp2_option_del(option);
  nghttp2_session_callbacks_del(callbacks);
  checked(made);
  submit_settings();
}

void H2ClientSession::State::submit_settings() {
  const std::array<nghttp2_settings_entry, 4> entries = {{
      {NGHTTP2_SETTINGS_ENABLE_PUSH, 0},
      {NGHTTP2_SETTINGS_HEADER_TABLE_SIZE, kHeaderTableBytes},
      {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, settings_.stream_window},
      {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, static_cast<std::uint32_t>(settings_.head.head_bytes)},
  }};
  checked(nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, entries.data(), entries.size()));
  const std::uint64_t all = std::uint64_t{settings_.stream_window} * settings_.max_streams;
  checked(nghttp2_session_set_local_window_size(
      session_, NGHTTP2_FLAG_NONE, 0, static_cast<std::int32_t>(std::min<std::uint64_t>(all, kMostWindow))));
}

bool H2ClientSession::State::can_open() const {
  if (going_away_ || failed_ || nghttp2_session_check_request_allowed(session_) == 0) return false;
  const std::uint32_t theirs =
      nghttp2_session_get_remote_settings(session_, NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS);
  return open_.size() < std::min(settings_.max_streams, theirs);
}

StreamId H2ClientSession::State::open(std::string_view head, std::string_view scheme, bool last,
                                      H2ClientStream& stream) {
  const std::string_view line = head.substr(0, head.find("\r\n"));
  head.remove_prefix(line.size() + 2);
  const std::size_t first = line.find(' ');
  const std::size_t second = line.rfind(' ');
  pairs_.clear();
  pairs_.push_back(pair_of(":method", line.substr(0, first)));
  pairs_.push_back(pair_of(":scheme", scheme));
  pairs_.push_back(pair_of(":path", line.substr(first + 1, second - first - 1)));
  const std::size_t authority = pairs_.size();
  pairs_.push_back(pair_of(":authority", ""));
  while (true) {
    const std::string_view field = head.substr(0, head.find("\r\n"));
    if (field.empty()) break;
    head.remove_prefix(field.size() + 2);
    const std::size_t colon = field.find(':');
    const std::string_view name = field.substr(0, colon);
    const std::string_view value = trim(field.substr(colon + 1));
    const FieldId id = field_id_of(name);
    if (id == FieldId::host)
      pairs_[authority] = pair_of(":authority", value);
    else if (!kNotSent.contains(id))
      pairs_.push_back(pair_of(name, value));  // nghttp2 copies it, and lowers the name
  }
  if (pairs_[authority].valuelen == 0) pairs_.erase(pairs_.begin() + static_cast<std::ptrdiff_t>(authority));
  auto* const open = new Open{&stream};
  nghttp2_data_provider provider;
  provider.source.ptr = open;
  provider.read_callback = [](nghttp2_session*, std::int32_t, std::uint8_t* out, std::size_t most,
                              std::uint32_t* flags, nghttp2_data_source* source, void*) -> ssize_t {
    const auto* const asked = static_cast<Open*>(source->ptr);
    if (asked->owner == nullptr) return NGHTTP2_ERR_DEFERRED;  // RST_STREAM is on its way
    bool is_last = false;
    const std::size_t size = asked->owner->read_body(reinterpret_cast<char*>(out), most, is_last);
    if (is_last) *flags |= NGHTTP2_DATA_FLAG_EOF;
    if (size == 0 && !is_last) return NGHTTP2_ERR_DEFERRED;
    return static_cast<ssize_t>(size);
  };
  open->id = checked(nghttp2_submit_request(session_, nullptr, pairs_.data(), pairs_.size(),
                                            last ? nullptr : &provider, open));
  if (open->id < 0) {  // no more ids on this connection
    delete open;
    going_away_ = true;
    return 0;
  }
  open_.push_back(open);
  return open->id;
}

// --- receiving ---

bool H2ClientSession::State::feed(const char* data, std::size_t size) {
  const ssize_t used = nghttp2_session_mem_recv(session_, reinterpret_cast<const std::uint8_t*>(data), size);
  if (used == NGHTTP2_ERR_NOMEM) throw std::bad_alloc();
  // nghttp2 tells the server of a fault by itself, and wants nothing more then.
  if (used < 0 || nghttp2_session_want_read(session_) == 0) failed_ = true;
  return !failed_;
}

int H2ClientSession::State::on_header(const nghttp2_frame& frame, std::string_view name,
                                      std::string_view value) {
  Open* const stream = find(frame.hd.stream_id);
  if (stream == nullptr || stream->owner == nullptr) return 0;
  if (name == ":status") {  // of three digits: nghttp2 has looked
    for (const char c : value) section_.status = section_.status * 10 + (c - '0');
    return 0;
  }
  section_.decoded += name.size() + value.size() + 4;
  const std::size_t most = stream->answered ? kMaxTrailerBytes : settings_.head.head_bytes;
  if (section_.decoded > most || section_.lines.size() == kMaxFields) {
    stream->bad_head = true;
    return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
  }
  section_.lines.push_back({section_.bytes.size(), name.size(), value.size()});
  section_.bytes.append(name).append(": ").append(value).append("\r\n");
  return 0;
}

void H2ClientSession::State::on_frame(const nghttp2_frame& frame) {
  if (frame.hd.type == NGHTTP2_GOAWAY) going_away_ = true;
  Open* const stream = frame.hd.stream_id == 0 ? nullptr : find(frame.hd.stream_id);
  if (stream == nullptr) return;
  const bool last = (frame.hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
  if (frame.hd.type == NGHTTP2_HEADERS) {
    on_headers(*stream, last);
  } else if (frame.hd.type == NGHTTP2_DATA && last && stream->owner != nullptr) {
    stream->ended = true;
    stream->owner->on_data(nullptr, 0, true);
  }
}

void H2ClientSession::State::on_headers(Open& stream, bool last) {
  stream.ended = stream.ended || last;
  if (stream.owner == nullptr) return;
  if (stream.answered) {
    stream.owner->on_trailers(section_.bytes);
    return;
  }
  head_.status = section_.status;
  head_.reason = reason_phrase(section_.status);
  head_.minor_version = 1;
  head_.added = {};
  head_.size = section_.bytes.size();
  head_.fields.clear();
  for (const Section::Line& line : section_.lines) {
    Field& field = head_.fields.add();
    field.name = std::string_view(section_.bytes).substr(line.begin, line.name_size);
    field.value = std::string_view(section_.bytes).substr(line.begin + line.name_size + 2, line.value_size);
    field.id = field_id_of(field.name);
    field.canonical = true;
  }
  stream.answered = section_.status >= 200;
  stream.owner->on_response(head_, last);
}

void H2ClientSession::State::on_data(StreamId id, const char* data, std::size_t size) {
  checked(nghttp2_session_consume_connection(session_, size));
  Open* const stream = find(id);
  if (stream != nullptr && stream->owner != nullptr) stream->owner->on_data(data, size, false);
}

void H2ClientSession::State::on_stream_closed(StreamId id, std::uint32_t error) {
  Open* const stream = find(id);
  if (stream == nullptr) return;
  nghttp2_session_set_stream_user_data(session_, id, nullptr);
  std::erase(open_, stream);
  H2ClientStream* const owner = stream->owner;
  const bool ended = stream->ended;
  const bool bad_head = stream->bad_head;
  delete stream;
  if (owner == nullptr || ended) return;
  owner->on_reset(static_cast<H2Error>(error), error == NGHTTP2_REFUSED_STREAM, bad_head);
}

// --- sending ---

bool H2ClientSession::State::collect(ByteBuffer& out, std::size_t most) {
  const std::size_t end = out.size() + most;
  while (out.size() < end) {
    const std::uint8_t* frame = nullptr;
    const ssize_t size = nghttp2_session_mem_send(session_, &frame);
    if (size == NGHTTP2_ERR_NOMEM) throw std::bad_alloc();
    if (size < 0) failed_ = true;
    if (size <= 0) break;
    out.append(text_of(frame, static_cast<std::size_t>(size)));
  }
  if (nghttp2_session_want_read(session_) == 0) failed_ = true;
  return !failed_;
}

void H2ClientSession::State::forget(StreamId id, H2Error error) {
  Open* const stream = find(id);
  if (stream == nullptr) return;
  stream->owner = nullptr;
  if (stream->ended && nghttp2_session_get_stream_local_close(session_, id) == 1) return;  // over already
  checked(nghttp2_submit_rst_stream(session_, NGHTTP2_FLAG_NONE, id, static_cast<std::uint32_t>(error)));
}

H2ClientSession::H2ClientSession(const H2ClientSettings& settings, ResponseHead& head)
    : state_(std::make_unique<State>(settings, head)) {}
H2ClientSession::~H2ClientSession() = default;

StreamId H2ClientSession::open(std::string_view head, std::string_view scheme, bool last,
                               H2ClientStream& stream) {
  return state_->open(head, scheme, last, stream);
}
bool H2ClientSession::can_open() const { return state_->can_open(); }
std::size_t H2ClientSession::open_streams() const { return state_->open_.size(); }
bool H2ClientSession::feed(const char* data, std::size_t size) { return state_->feed(data, size); }
bool H2ClientSession::collect(ByteBuffer& out, std::size_t most) { return state_->collect(out, most); }
bool H2ClientSession::wants_write() const { return nghttp2_session_want_write(state_->session_) != 0; }

void H2ClientSession::resume(StreamId stream) {
  const int result = nghttp2_session_resume_data(state_->session_, stream);
  if (result == NGHTTP2_ERR_NOMEM) throw std::bad_alloc();  // others: it is not waiting
}

void H2ClientSession::consumed(StreamId stream, std::size_t size) {
  if (size != 0 && state_->find(stream) != nullptr)
    checked(nghttp2_session_consume_stream(state_->session_, stream, size));
}

void H2ClientSession::forget(StreamId stream, H2Error error) { state_->forget(stream, error); }

void H2ClientSession::shut_down() {
  if (state_->going_away_) return;
  state_->going_away_ = true;
  checked(nghttp2_submit_goaway(state_->session_, NGHTTP2_FLAG_NONE, 0, NGHTTP2_NO_ERROR, nullptr, 0));
}

bool H2ClientSession::is_ending() const {
  return state_->going_away_ || state_->failed_ ||
         nghttp2_session_check_request_allowed(state_->session_) == 0;
}

}  // namespace headgate::http
