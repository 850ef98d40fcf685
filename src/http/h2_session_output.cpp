// H2Session: what is sent to the client.
#include <algorithm>
#include <charconv>

#include "http/ascii.h"
#include "http/h2_session_state.h"

namespace headgate::http {
namespace {

// A DATA frame smaller than this that could have been larger is the client's windows' doing.
constexpr std::size_t kSmallData = 1024;

// RFC 9113 §8.2.2: of no meaning in HTTP/2, an error to send.
constexpr FieldSet kNeverSent(FieldId::connection, FieldId::keep_alive, FieldId::proxy_connection,
                              FieldId::transfer_encoding, FieldId::upgrade, FieldId::te);

std::uint8_t* bytes_of(std::string_view text) {
  return const_cast<std::uint8_t*>(reinterpret_cast<const std::uint8_t*>(text.data()));
}

// nghttp2 copies both when the head is submitted, and lowers the name.
nghttp2_nv pair_of(std::string_view name, std::string_view value) {
  return {bytes_of(name), bytes_of(value), name.size(), value.size(), NGHTTP2_NV_FLAG_NONE};
}

}  // namespace

void H2Session::State::collect(ByteBuffer& out, std::size_t most) {
  out_ = &out;
  out_end_ = out.size() + most;
  while (out.size() < out_end_) {
    const std::uint8_t* frame = nullptr;
    const ssize_t size = nghttp2_session_mem_send(session_, &frame);
    if (size == NGHTTP2_ERR_NOMEM) throw std::bad_alloc();
    if (size < 0) guard_.fail(RejectReason::h2_protocol, H2Error::internal_error);
    if (size > 0) out.append(text_of(frame, static_cast<std::size_t>(size)));
    if (guard_.has_failed()) end();
    if (size <= 0) break;
  }
  out_ = nullptr;
}

void H2Session::State::on_frame_sent(const nghttp2_frame& frame) {
  if (frame.hd.type == NGHTTP2_GOAWAY) {
    if (frame.goaway.error_code == NGHTTP2_NO_ERROR) return;
    goaway_sent_ = true;
    guard_.fail(RejectReason::h2_protocol, static_cast<H2Error>(frame.goaway.error_code));
    return;
  }
  H2OpenStream* const stream = find(frame.hd.stream_id);
  if (stream == nullptr) return;
  switch (frame.hd.type) {
    case NGHTTP2_RST_STREAM:
      stream->reset_by_us = true;
      if (!stream->reset_is_ours) charge_reset(*stream);
      break;
    case NGHTTP2_DATA:
      if (!stream->starved) guard_.earn(H2Work::data_sent);
      if ((frame.hd.flags & NGHTTP2_FLAG_END_STREAM) != 0) after_end_stream(*stream);
      break;
    case NGHTTP2_HEADERS:
      after_head(*stream, (frame.hd.flags & NGHTTP2_FLAG_END_STREAM) != 0);
      break;
    default:
      break;
  }
}

// A head too large for nghttp2: the client cannot have it.
void H2Session::State::on_frame_not_sent(const nghttp2_frame& frame) {
  H2OpenStream* const stream = find(frame.hd.stream_id);
  if (frame.hd.type != NGHTTP2_HEADERS || stream == nullptr || stream->reset_by_us) return;
  stream->heads_waiting = 0;
  stream->reset_is_ours = true;
  submit_reset(stream->id, H2Error::internal_error);
}

void H2Session::State::after_head(H2OpenStream& stream, bool end_stream) {
  if (stream.heads_waiting != 0) --stream.heads_waiting;
  if (end_stream) after_end_stream(stream);
  if (stream.heads_waiting == 0 && stream.reset_is_ours && !stream.read_no_further)
    submit_reset(stream.id, stream.reset_error);
}

void H2Session::State::after_end_stream(H2OpenStream& stream) {
  stream.local_ended = true;
  stream.sending = false;
  stream.read_no_further = !stream.remote_ended && !stream.tunnel && !stream.reset_is_ours;
}

// --- heads ---

void H2Session::State::submit_head(H2OpenStream& stream, int status, bool last) {
  char code[3];
  std::to_chars(code, code + sizeof code, status);
  pairs_[0] = pair_of(":status", {code, sizeof code});
  ++stream.heads_waiting;
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
    return static_cast<State*>(self)->ask_body(*static_cast<H2OpenStream*>(source->ptr), most, *flags);
  };
  checked(
      nghttp2_submit_response(session_, stream.id, pairs_.data(), pairs_.size(), last ? nullptr : &provider));
}

void H2Session::State::send_head(StreamId id, const ResponseHead& head, const ResponseFacts& facts,
                                 std::string_view date, bool last) {
  H2OpenStream* const stream = find(id);
  if (stream == nullptr || stream->answered || ended_) return;
  pairs_.resize(1);  // :status
  for (const Field& field : head.fields)
    if (!field.drop && !kNeverSent.contains(field.id)) pairs_.push_back(pair_of(field.name, field.value));
  add_lines(head.added);
  if (!date.empty()) pairs_.push_back(pair_of("date", date));
  char length[20];
  if (facts.has_content_length) {
    const char* const end = std::to_chars(length, length + sizeof length, facts.content_length).ptr;
    pairs_.push_back(pair_of("content-length", {length, static_cast<std::size_t>(end - length)}));
  }
  submit_head(*stream, head.status, last);
}

void H2Session::State::send_local_head(StreamId id, int status, std::string_view fields, bool last) {
  H2OpenStream* const stream = find(id);
  if (stream == nullptr || stream->answered || ended_) return;
  pairs_.resize(1);  // :status
  add_lines(fields);
  submit_head(*stream, status, last);
}

// "name: value\r\n", any number of them.
void H2Session::State::add_lines(std::string_view fields) {
  while (!fields.empty()) {
    const std::string_view line = fields.substr(0, fields.find("\r\n"));
    fields.remove_prefix(std::min(line.size() + 2, fields.size()));
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    const std::string_view name = line.substr(0, colon);
    if (!kNeverSent.contains(field_id_of(name)))
      pairs_.push_back(pair_of(name, trim(line.substr(colon + 1))));
  }
}

// --- content ---

ssize_t H2Session::State::ask_body(H2OpenStream& stream, std::size_t most, std::uint32_t& flags) {
  if (guard_.has_failed()) return NGHTTP2_ERR_DEFERRED;
  const H2Body body = handler_.body(stream.id, most);
  const std::size_t size = std::min(body.available, most);
  const bool last = body.last && size == body.available;
  if (size == 0 && !last) {
    stream.deferred = true;
    return NGHTTP2_ERR_DEFERRED;
  }
  stream.starved = size == most && most < kSmallData && !last;
  flags |= NGHTTP2_DATA_FLAG_NO_COPY;
  if (last) flags |= NGHTTP2_DATA_FLAG_EOF;
  if (last && !body.trailers.empty()) {
    flags |= NGHTTP2_DATA_FLAG_NO_END_STREAM;
    submit_trailers(stream, body.trailers);
  }
  return static_cast<ssize_t>(size);
}

int H2Session::State::send_data(StreamId id, const std::uint8_t* header, std::size_t size) {
  out_->append(text_of(header, kH2FrameHeaderBytes));
  if (size != 0) {
    const std::size_t before = out_->size();
    handler_.take_body(id, size, *out_);
    // The frame's header is out: a body of another size would be read as frames.
    if (out_->size() - before != size) return NGHTTP2_ERR_CALLBACK_FAILURE;
  }
  return out_->size() < out_end_ ? 0 : NGHTTP2_ERR_PAUSE;
}

void H2Session::State::submit_trailers(H2OpenStream& stream, std::string_view lines) {
  pairs_.clear();
  add_lines(lines);
  ++stream.heads_waiting;
  checked(nghttp2_submit_trailer(session_, stream.id, pairs_.data(), pairs_.size()));
}

void H2Session::State::resume(StreamId id) {
  H2OpenStream* const stream = find(id);
  if (stream == nullptr || !stream->deferred) return;
  stream->deferred = false;
  checked(nghttp2_session_resume_data(session_, id));
}

bool H2Session::State::is_blocked(const H2OpenStream& stream) const {
  return stream.sending && !stream.deferred &&
         (nghttp2_session_get_remote_window_size(session_) <= 0 ||
          nghttp2_session_get_stream_remote_window_size(session_, stream.id) <= 0);
}

bool H2Session::State::is_window_blocked(StreamId id) const {
  const H2OpenStream* const stream = find(id);
  return stream != nullptr && is_blocked(*stream);
}

bool H2Session::State::is_window_blocked() const {
  bool blocked = false;
  streams_.for_each([&](const H2OpenStream& stream) { blocked = blocked || is_blocked(stream); });
  return blocked;
}

// --- ends ---

void H2Session::State::reset(StreamId id, H2Error error) {
  H2OpenStream* const stream = find(id);
  if (stream == nullptr || stream->reset_is_ours || ended_) return;
  stream->reset_is_ours = true;
  stream->reset_error = error;
  if (stream->heads_waiting == 0) submit_reset(id, error);  // else behind it: it says more than nothing
}

void H2Session::State::announce_shutdown() { checked(nghttp2_submit_shutdown_notice(session_)); }

void H2Session::State::shut_down() {
  if (is_shut_down_ || ended_) return;
  is_shut_down_ = true;
  const StreamId last = nghttp2_session_get_last_proc_stream_id(session_);
  checked(nghttp2_submit_goaway(session_, NGHTTP2_FLAG_NONE, last, NGHTTP2_NO_ERROR, nullptr, 0));
  guard_.ignore_above(last);
}

}  // namespace headgate::http
