#include "proxy/h2_upstream_stream.h"

#include <algorithm>
#include <cstring>

#include "proxy/context.h"
#include "proxy/h2_upstream_connection.h"
#include "proxy/upstream_user.h"

namespace headgate::proxy {
namespace {

// More interim answers than this are an attack on the client.
constexpr std::uint32_t kMaxInterimHeads = 16;
constexpr std::string_view kEndOfHead = "\r\n\r\n";

}  // namespace

// --- the request ---

bool H2UpstreamStream::is_connected() const { return connection_.is_connected(); }

void H2UpstreamStream::on_connected() {
  TimerWheel::unset(*this);
  user_->on_connected();
}

void H2UpstreamStream::send(const char* data, std::size_t size) {
  std::string_view bytes(data, size);
  if (head_.empty() && id_ == 0) {
    const std::size_t end = bytes.find(kEndOfHead) + kEndOfHead.size();
    head_ = bytes.substr(0, end);
    bytes.remove_prefix(end);
  }
  out_.append(bytes);
  if (congested() && !was_congested_) {
    was_congested_ = true;
    arm();  // the pod is to take some of it
  }
  connection_.touch(*this);
}

void H2UpstreamStream::request_complete() {
  out_last_ = true;
  connection_.touch(*this);
  arm();
}

void H2UpstreamStream::begin() {
  if (user_ == nullptr) return;
  if (id_ == 0) {
    const bool whole = out_last_ && out_.empty();
    out_ended_ = whole;
    id_ = connection_.say().open(head_, connection_.scheme(), whole, *this);
    head_.clear();
    if (id_ == 0) fail(UpstreamFailure::refused);  // no more ids: as if the pod had said GOAWAY
    return;
  }
  if (waiting_ && (!out_.empty() || out_last_)) {
    waiting_ = false;
    connection_.say().resume(id_);
  }
}

std::size_t H2UpstreamStream::read_body(char* out, std::size_t most, bool& last) {
  const std::size_t size = std::min(most, out_.size());
  if (size > 0) std::memcpy(out, out_.data(), size);
  out_.consume(size);
  last = out_last_ && out_.empty();
  out_ended_ = out_ended_ || last;
  waiting_ = size == 0 && !last;
  if (was_congested_ && !congested()) connection_.touch(*this);  // settle() tells
  return size;
}

void H2UpstreamStream::settle() {
  if (user_ == nullptr) return;
  begin();
  if (user_ == nullptr || !was_congested_ || congested()) return;
  was_congested_ = false;
  arm();
  user_->on_upstream_drained();
}

// --- the answer ---

void H2UpstreamStream::on_response(http::ResponseHead& head, bool last) {
  http::ResponseFacts facts;
  begun_ = true;
  const http::ParseResult parsed = http::analyse_response(head, user_->response_context(), facts);
  if (parsed.status != http::ParseStatus::complete || facts.switching_protocols) {
    fail(UpstreamFailure::bad_head);
    return;
  }
  if (facts.interim) {
    if (++interim_heads_ > kMaxInterimHeads)
      fail(UpstreamFailure::bad_head);
    else
      user_->on_interim(head);
    return;
  }
  answered_ = true;
  ended_ = last;
  // Without a length the frames say where it ends.
  if (facts.body == http::BodyKind::until_close) facts.body = http::BodyKind::chunked;
  arm();
  user_->on_response_head(head, facts, connection_.context().scratch.input(), 0, last);
}

void H2UpstreamStream::on_data(const char* data, std::size_t size, bool last) {
  ended_ = last;
  if (!held_.empty() || user_->response_paused()) {
    held_.append({data, size});
    arm();
    return;
  }
  char* const scratch = connection_.context().scratch.input();
  if (size > 0) std::memcpy(scratch, data, size);
  if (!last) arm();
  connection_.say().consumed(id_, size);
  user_->on_response_body(scratch, size, last);
}

void H2UpstreamStream::on_trailers(std::string_view lines) {
  ended_ = true;
  trailers_ = lines;
  if (held_.empty() && !user_->response_paused())
    finish();
  else
    arm();
}

void H2UpstreamStream::finish() {
  if (trailers_.empty())
    user_->on_response_body(connection_.context().scratch.input(), 0, true);
  else
    user_->on_response_trailers(trailers_);
}

void H2UpstreamStream::deliver() {
  while (!held_.empty() && user_ != nullptr && !user_->response_paused()) {
    const std::size_t size = std::min({held_.size(), user_->response_room(), Scratch::kFramesRead});
    char* const scratch = connection_.context().scratch.input();
    std::memcpy(scratch, held_.data(), size);
    held_.consume(size);
    if (!ended_) connection_.say().consumed(id_, size);
    const bool last = ended_ && held_.empty() && trailers_.empty();
    user_->on_response_body(scratch, size, last);
    if (last) return;
  }
  if (user_ != nullptr && held_.empty() && ended_ && !user_->response_paused()) finish();
}

void H2UpstreamStream::resume_response() {
  if (!answered_) return;
  if (!held_.empty() || ended_) deliver();
  if (user_ != nullptr) arm();
}

// --- its end ---

void H2UpstreamStream::leave(http::H2Error error) {
  user_ = nullptr;
  TimerWheel::unset(*this);
  if (id_ != 0) connection_.say().forget(id_, error);
  connection_.drop(*this);
}

void H2UpstreamStream::release(bool) {
  // A request that is not whole is of no use to anybody any more (RFC 9113 §8.1).
  leave(http::H2Error::no_error);
}

void H2UpstreamStream::close() { leave(http::H2Error::cancel); }

void H2UpstreamStream::fail(UpstreamFailure failure) {
  if (user_ == nullptr) return;
  UpstreamUser* const user = user_;
  const bool sent = id_ != 0;
  leave(http::H2Error::cancel);
  user->on_upstream_failed(failure, sent, begun_);
}

void H2UpstreamStream::on_reset(http::H2Error, bool unprocessed, bool bad_head) {
  if (!unprocessed) {
    fail(bad_head ? UpstreamFailure::bad_head : UpstreamFailure::reset);
    return;
  }
  id_ = 0;  // nothing was sent, as far as anybody has looked
  connection_.learn_most_streams();
  fail(UpstreamFailure::refused);
}

// --- time ---

void H2UpstreamStream::arm() {
  WorkerContext& context = connection_.context();
  const router::RouteSettings& settings = user_->settings();
  if (!held_.empty() || (answered_ && user_->response_paused())) {
    TimerWheel::unset(*this);  // the client is timed
  } else if (was_congested_) {
    context.timers.set(*this, context.now + settings.send_timeout);
  } else if (out_last_ || answered_) {
    context.timers.set(*this, context.now + settings.read_timeout);
  } else {
    TimerWheel::unset(*this);
  }
}

void H2UpstreamStream::on_timeout() {
  if (!connection_.is_connected()) {
    connection_.retire();  // others wait as long as they like, but nobody joins them
    fail(UpstreamFailure::connect_timeout);
    return;
  }
  fail(was_congested_ ? UpstreamFailure::send_timeout : UpstreamFailure::read_timeout);
}

}  // namespace headgate::proxy
