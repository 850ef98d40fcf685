// H2Session: what the client sends.
#include <algorithm>

#include "http/h2_request.h"
#include "http/h2_session_state.h"
#include "http/websocket_key.h"

namespace headgate::http {
namespace {

// nghttp2's own limits act only between two calls.
constexpr std::size_t kMostFed = std::size_t{16} * 1024;
// Frames waiting to be collected: a few for each stream, and ACKs. Nobody honest gets there.
constexpr std::size_t kMaxQueuedFrames = 4096;

}  // namespace

bool H2Session::State::feed(const char* data, std::size_t size, TimePoint now) {
  if (guard_.has_failed()) return false;
  guard_.advance(now);
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
    if (guard_.belongs_to_old_stream(frame) && (reset_seen_ || find(frame.stream) == nullptr)) {
      // What comes before this frame may open its stream, or close it.
      const auto passed = static_cast<std::size_t>(p - data);
      const char* const begin = p - std::min(passed, scanner_.passed());
      if (begin > fed) {
        if (!push(fed, begin)) return false;
        fed = begin;
      }
      reset_seen_ = false;
      if (find(frame.stream) == nullptr) guard_.judge_closed(frame);
    }
    if (frame.type == H2FrameType::rst_stream) reset_seen_ = true;
    guard_.inspect(frame);
    if (guard_.has_failed()) return false;
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
      guard_.fail(RejectReason::h2_flood_ping, H2Error::enhance_your_calm);
      break;
    case NGHTTP2_ERR_TOO_MANY_CONTINUATIONS:
      guard_.fail(RejectReason::h2_flood_headers, H2Error::enhance_your_calm);
      break;
    default:
      if (taken < 0) guard_.fail(RejectReason::h2_protocol, H2Error::protocol_error);
      break;
  }
  if (nghttp2_session_get_outbound_queue_size(session_) > kMaxQueuedFrames)
    guard_.fail(RejectReason::h2_flood_unknown, H2Error::enhance_your_calm);
  return !guard_.has_failed();
}

// --- heads ---

void H2Session::State::on_begin_headers(const nghttp2_frame& frame) {
  const bool request = frame.headers.cat == NGHTTP2_HCAT_REQUEST;
  if (request)
    nghttp2_session_set_stream_user_data(session_, frame.hd.stream_id, &streams_.open(frame.hd.stream_id));
  builder_.begin(!request);
}

int H2Session::State::on_header(const nghttp2_frame& frame, std::string_view name, std::string_view value) {
  switch (builder_.add(name, value)) {
    case H2HeadBuilder::Verdict::taken:
      return 0;
    case H2HeadBuilder::Verdict::malformed:
      submit_reset(frame.hd.stream_id, H2Error::protocol_error);
      return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    case H2HeadBuilder::Verdict::bomb:
      break;
  }
  guard_.fail(RejectReason::h2_flood_headers, H2Error::enhance_your_calm);
  return NGHTTP2_ERR_CALLBACK_FAILURE;
}

int H2Session::State::on_frame(const nghttp2_frame& frame) {
  if (frame.hd.type != NGHTTP2_HEADERS && frame.hd.type != NGHTTP2_DATA) return 0;
  H2OpenStream* const stream = find(frame.hd.stream_id);
  if (stream == nullptr) return 0;
  const bool end_stream = (frame.hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
  if (frame.hd.type == NGHTTP2_DATA) {
    if (end_stream)
      end_content(*stream);
    else if (!frame_has_content_ && frame.hd.length != 0)  // padding alone
      guard_.charge(H2Charge::empty_data);
  } else if (frame.headers.cat == NGHTTP2_HCAT_REQUEST) {
    finish_request(*stream, end_stream);
  } else if (builder_.refusal().reason != RejectReason::none) {
    guard_.charge(H2Charge::refused_head);
    submit_reset(stream->id, H2Error::enhance_your_calm);
  } else {  // trailers: RFC 9110 §6.5.1 lets them be dropped
    end_content(*stream);
  }
  return verdict();
}

void H2Session::State::on_invalid_frame(const nghttp2_frame& frame, int error) {
  if (error == NGHTTP2_ERR_REFUSED_STREAM) {
    guard_.charge(H2Charge::refused);
    guard_.note_closed(frame.hd.stream_id, true);
  } else if (H2OpenStream* const stream = find(frame.hd.stream_id); stream != nullptr) {
    charge_reset(*stream);
  }
}

// The RST_STREAM that the client's fault calls for; counted before it is sent where it is known by then, so
// that many in one read are too many.
void H2Session::State::charge_reset(H2OpenStream& stream) {
  if (stream.charged) return;
  stream.charged = true;
  guard_.charge(H2Charge::self_reset);
}

void H2Session::State::finish_request(H2OpenStream& stream, bool end_stream) {
  stream.remote_ended = end_stream;
  if (!builder_.has_priority()) {
    // Where the client has said nothing, streams share the connection instead of queueing up.
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
    guard_.charge(H2Charge::refused_head);
    judgement = {H2Verdict::refused, builder_.refusal()};
  } else {
    judgement = analyse_h2_request(pseudo, end_stream, head, facts);
  }
  switch (judgement.verdict) {
    case H2Verdict::malformed:
      submit_reset(stream.id, H2Error::protocol_error);
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

// --- content ---

void H2Session::State::on_begin_data(const nghttp2_frame_hd& frame) {
  frame_left_ = static_cast<std::uint32_t>(frame.length);
  frame_is_padded_ = (frame.flags & NGHTTP2_FLAG_PADDED) != 0;
  frame_has_content_ = false;
}

int H2Session::State::on_data(StreamId id, std::uint8_t flags, const char* data, std::size_t size) {
  frame_left_ -= static_cast<std::uint32_t>(std::min<std::size_t>(size, frame_left_));
  frame_has_content_ = true;
  H2OpenStream* const stream = find(id);
  const bool wanted = stream != nullptr && stream->delivered && !stream->refused && !stream->reset_is_ours;
  window_.receive(size, wanted);
  if (wanted) {
    stream->unconsumed += size;
    stream->content_received += size;
    // Said with the frame's last byte where that is known to be it and the sum is right; else with the
    // frame's end.
    const bool last = (flags & NGHTTP2_FLAG_END_STREAM) != 0 && !frame_is_padded_ && frame_left_ == 0 &&
                      (!stream->has_content_length || stream->content_received == stream->content_length);
    stream->remote_ended = stream->remote_ended || last;
    handler_.on_data(id, data, size, last);
  }
  give_window_back();
  return verdict();
}

void H2Session::State::end_content(H2OpenStream& stream) {
  if (stream.remote_ended) return;
  stream.remote_ended = true;
  if (stream.delivered && !stream.refused && !stream.reset_is_ours)
    handler_.on_data(stream.id, nullptr, 0, true);
}

void H2Session::State::consumed(StreamId id, std::size_t size) {
  H2OpenStream* const stream = find(id);
  if (stream == nullptr) return;
  size = std::min(size, stream->unconsumed);
  if (size == 0) return;
  stream->unconsumed -= size;
  window_.release(size);
  if (!stream->remote_ended) checked(nghttp2_session_consume_stream(session_, id, size));
  give_window_back();
}

void H2Session::State::give_window_back() {
  const std::size_t size = window_.give_back();
  if (size != 0) checked(nghttp2_session_consume_connection(session_, size));
}

void H2Session::State::on_stream_closed(StreamId id, std::uint32_t error) {
  H2OpenStream* const stream = find(id);
  if (stream == nullptr) return;
  nghttp2_session_set_stream_user_data(session_, id, nullptr);
  guard_.note_closed(id, stream->reset_by_us);
  window_.release(stream->unconsumed);
  give_window_back();
  const bool completed = stream->local_ended && (stream->remote_ended || stream->read_no_further);
  const bool delivered = stream->delivered;
  streams_.close(*stream);
  if (completed) guard_.earn(H2Work::stream_completed);
  if (!delivered) return;
  if (completed)
    handler_.on_closed(id);
  else
    handler_.on_reset(id, static_cast<H2Error>(error));
}

}  // namespace headgate::http
