// H2Stream: what the session, the connection and the clock say. What the Exchange and the Tunnel say:
// h2_answers.cpp.
#include "proxy/h2_stream.h"

#include <sys/epoll.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "http/ascii.h"
#include "http/websocket.h"
#include "proxy/context.h"
#include "proxy/exchange.h"
#include "proxy/h2_connection.h"

namespace headgate::proxy {
namespace {

// Buffers keep their memory for the next stream, unless a peak made them large.
constexpr std::size_t kMostKept = 4 * 1024;

// After an answer that came before the request was whole, its rest is taken and thrown away for a while: a
// client that reads the reset together with the answer would lose the answer (as HTTP/1's lingering close).
constexpr std::chrono::seconds kLingerTime{2};
constexpr std::size_t kMostDiscarded = std::size_t{256} * 1024;

void forget(ByteBuffer& buffer) {
  if (buffer.capacity() > kMostKept) {
    buffer.release();
  } else {
    buffer.clear();
  }
}

}  // namespace

void H2Stream::begin(H2Connection& connection, http::StreamId id) {
  connection_ = &connection;
  id_ = id;
  open_ = true;
  request_started_ = connection.context().now;
}

// --- the request ---

void H2Stream::start(http::RequestHead& head, const http::RequestFacts& facts, bool last) {
  WorkerContext& context = connection_->context();
  bytes_received_ = head.size;
  wants_tunnel_ = !facts.upgrade.empty();
  if (wants_tunnel_ && http::equals_ignoring_case(facts.upgrade, http::kWebSocket)) note_key(head.fields);
  in_ended_ = last;
  in_has_length_ = facts.body == http::BodyKind::length;
  in_expected_ = facts.content_length;
  in_whole_ = in_has_length_ && in_expected_ == 0;
  in_passed_on_ = has_whole_content() || wants_tunnel_;
  exchange_ = context.exchanges.acquire();
  exchange_->start(context, *this, head, facts, nullptr, 0, in_passed_on_);
}

void H2Stream::refuse(std::string_view request_line, http::Refusal refusal) {
  WorkerContext& context = connection_->context();
  bytes_received_ = request_line.size();
  in_abandoned_ = true;
  exchange_ = context.exchanges.acquire();
  exchange_->refuse(context, *this, request_line, refusal);
}

void H2Stream::note_key(const http::FieldList& fields) {
  for (const http::Field& field : fields) {
    if (!http::equals_ignoring_case(field.name, "sec-websocket-key")) continue;
    accept_ = http::websocket_accept(field.value);
    has_accept_ = true;
  }
}

void H2Stream::on_data(const char* data, std::size_t size, bool last) {
  bytes_received_ += size;
  in_ended_ = last;
  if (in_has_length_) {
    in_expected_ -= std::min<std::uint64_t>(size, in_expected_);
    in_whole_ = in_expected_ == 0;
  }
  if (tunnel_ || wants_tunnel_) {
    in_.append({data, size});
    if (tunnel_ && exchange_ != nullptr) tunnel_->on_client_io(EPOLLIN);
    return;
  }
  if (exchange_ == nullptr || in_abandoned_ || in_passed_on_) {
    discard(size);
    return;
  }
  if (!in_.empty() || !exchange_->wants_request_body()) {
    in_.append({data, size});
    return;
  }
  if (size > 0) std::memcpy(connection_->context().scratch.input(), data, size);
  pass_on(size);
  arm(false);
}

// Of what nobody wants the window stays shut once it is too much.
void H2Stream::discard(std::size_t size) {
  discarded_ += size;
  if (discarded_ <= kMostDiscarded) {
    report(size);
  } else if (lingering_) {
    reset(http::H2Error::no_error);
  }
}

void H2Stream::pass_on(std::size_t size) {
  in_passed_on_ = has_whole_content() && in_.empty();
  report(size);
  exchange_->on_request_body(connection_->context().scratch.input(), size, in_passed_on_);
}

// --- the answer, as the session takes it ---

http::H2Body H2Stream::body(std::size_t most) {
  http::H2Body body;
  body.available = std::min(out_.size(), most);
  body.last = out_last_ && body.available == out_.size();
  if (body.last) body.trailers = trailers_;
  starved_ = body.available == 0 && !body.last;
  if (body.last) out_ended_ = true;
  return body;
}

void H2Stream::take_body(std::size_t size, ByteBuffer& out) {
  out.append(out_.view().substr(0, size));
  out_.consume(size);
  connection_->note_held(-static_cast<std::ptrdiff_t>(size));
  moved_ = true;
  connection_->touch(*this);
}

void H2Stream::settle() {
  const bool moved = std::exchange(moved_, false);
  if (moved) tell_drained();
  if (!open_ || reset_) return;
  if (reset_is_due_) {
    reset(reset_error_);
    return;
  }
  if (exchange_ == nullptr && out_ended_ && out_.empty() && !in_ended_) {
    linger();
    return;
  }
  arm(moved);
}

// RFC 9113 §8.1: answered, the rest of the content is not wanted.
void H2Stream::linger() {
  if (lingering_) return;
  lingering_ = true;
  if (discarded_ > kMostDiscarded) {
    reset(http::H2Error::no_error);
  } else {
    WorkerContext& context = connection_->context();
    context.timers.set(*this, context.now + kLingerTime);
  }
}

void H2Stream::tell_drained() {
  if (exchange_ == nullptr || congested() || out_.size() > kMostHeld / 2) return;
  if (tunnel_) {
    tunnel_->on_client_io(EPOLLOUT);
  } else {
    exchange_->on_downstream_drained();
  }
}

void H2Stream::on_unblocked() { tell_drained(); }

// --- its end ---

void H2Stream::reset(http::H2Error error) {
  if (!open_ || reset_) return;
  reset_ = true;
  drop_held();
  TimerWheel::unset(*this);
  connection_->say().reset(id_, error);
}

void H2Stream::reset_behind(http::H2Error error) {
  if (!open_ || reset_) return;
  reset_is_due_ = true;
  reset_error_ = error;
  connection_->touch(*this);
}

void H2Stream::on_reset() {
  open_ = false;
  drop_held();
  in_.clear();
  leave_exchange(RejectReason::client_gone);
  retire_if_over();
}

void H2Stream::on_closed() {
  open_ = false;
  retire_if_over();
}

void H2Stream::on_connection_gone() {
  open_ = false;
  drop_held();
  leave_exchange(RejectReason::client_gone);
}

void H2Stream::leave_exchange(RejectReason reason) {
  if (tunnel_) tunnel_->abandon();
  if (exchange_ == nullptr) return;
  Exchange* const exchange = std::exchange(exchange_, nullptr);
  exchange->on_downstream_gone(reason);
  connection_->context().exchanges.release(exchange);
}

void H2Stream::retire_if_over() {
  if (is_over()) connection_->retire(*this);
}

void H2Stream::clear() {
  TimerWheel::unset(*this);
  tunnel_.reset();
  connection_ = nullptr;
  open_ = reset_ = reset_is_due_ = wants_tunnel_ = false;
  in_ended_ = in_whole_ = in_passed_on_ = in_abandoned_ = in_has_length_ = false;
  in_expected_ = 0;
  discarded_ = 0;
  lingering_ = false;
  forget(in_);
  out_last_ = out_ended_ = starved_ = moved_ = timing_out_ = false;
  forget(out_);
  trailers_.clear();
  has_accept_ = false;
  bytes_sent_ = bytes_received_ = 0;
}

// --- time ---

bool H2Stream::awaits_client() const {
  return open_ && !reset_ && !in_ended_ && !in_abandoned_ && exchange_ != nullptr &&
         exchange_->wants_request_body();
}

void H2Stream::arm(bool moved) {
  WorkerContext& context = connection_->context();
  if (!out_.empty() && (!tunnel_ || exchange_ == nullptr)) {
    if (moved || !timing_out_) context.timers.set(*this, context.now + context.config.client_send_timeout);
    timing_out_ = true;
    return;
  }
  timing_out_ = false;
  if (awaits_client()) {
    context.timers.set(*this, context.now + context.listeners->client_body_timeout);
  } else {
    TimerWheel::unset(*this);
  }
}

void H2Stream::on_timeout() {
  if (lingering_) {
    reset(http::H2Error::no_error);
    return;
  }
  if (!out_.empty()) {  // a window stays shut, or the client takes nothing at all
    if (exchange_ == nullptr) connection_->count(RejectReason::h2_stalled);
    leave_exchange(RejectReason::h2_stalled);
    reset(http::H2Error::cancel);
    retire_if_over();
  } else if (awaits_client()) {
    in_abandoned_ = true;
    exchange_->on_request_body_failed({408, RejectReason::body_timeout});
  }
}

}  // namespace headgate::proxy
