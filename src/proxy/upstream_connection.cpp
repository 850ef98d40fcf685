#include "proxy/upstream_connection.h"

#include <algorithm>
#include <cstring>

#include "proxy/context.h"
#include "proxy/tunnel.h"

namespace headgate::proxy {
namespace {

// More interim answers than this are an attack on the client.
constexpr std::uint32_t kMaxInterimHeads = 16;
// Reads for one event before others have their turn.
constexpr int kReadsPerEvent = 4;
// A first read takes head and small body at once; then as much as the client takes in one go.
constexpr std::size_t kFirstRead = 64 * 1024;
constexpr std::size_t kLeastRead = 32 * 1024;

}  // namespace

UpstreamConnection::UpstreamConnection(WorkerContext& context, EndpointRef endpoint, const UpstreamWay& way)
    : context_(context),
      endpoint_(std::move(endpoint)),
      read_size_(kFirstRead),
      opening_(way),
      opened_at_(context.now) {
  context_.stats.upstream_connections_active.add(1);
}

UpstreamConnection::~UpstreamConnection() = default;

bool UpstreamConnection::connect() {
  return transport_.connect(endpoint_->endpoint.address) && context_.loop.add(transport_.fd(), *this);
}

void UpstreamConnection::attach(UpstreamUser& user, bool checked) {
  if (state_ == State::idle) {
    IdleHook::unlink();
    LruHook::unlink();
    context_.upstreams.leave_idle();
    context_.stats.upstream_connections_idle.add(-1);
    context_.stats.upstream_connections_active.add(1);
    state_ = State::busy;
    TimerWheel::unset(*this);
    unchecked_since_ = checked ? TimePoint::max() : context_.now;
  } else {
    context_.timers.set(*this, context_.now + user.settings().connect_timeout);
  }
  user_ = &user;
  ++requests_;
  sent_bytes_ = 0;
  request_complete_ = false;
  reading_ = Reading::head;
  interim_heads_ = 0;
  read_size_ = kFirstRead;
}

void UpstreamConnection::release(bool reusable) {
  user_ = nullptr;
  if (requests_ == 1 && tls() != nullptr) keep_session();
  const router::ListenerSettings& settings = *context_.listeners;
  if (!reusable || !reusable_framing_ || surplus_ || half_closed_ || write_failed_ || congested() ||
      !request_complete_ || endpoint_->removed || context_.draining ||
      requests_ >= settings.upstream_keepalive_requests ||
      context_.now - opened_at_ >= settings.upstream_keepalive_time ||
      (readable_ && !transport_.is_quiet()) || settings.upstream_keepalive_connections == 0) {
    if (surplus_) context_.stats.rejected[static_cast<std::size_t>(RejectReason::upstream_surplus)].add();
    close();
    return;
  }
  state_ = State::idle;
  input_.release();
  context_.timers.set(*this, context_.now + settings.upstream_keepalive_timeout);
  context_.stats.upstream_connections_active.add(-1);
  context_.stats.upstream_connections_idle.add(1);
  context_.upstreams.put_idle(*this);
}

void UpstreamConnection::close() {
  if (state_ == State::closed) return;
  if (state_ == State::idle) {
    context_.upstreams.leave_idle();
    context_.stats.upstream_connections_idle.add(-1);
  } else {
    context_.stats.upstream_connections_active.add(-1);
  }
  state_ = State::closed;
  user_ = nullptr;
  tunnel_ = nullptr;
  if (IdleHook::is_linked()) IdleHook::unlink();
  if (LruHook::is_linked()) LruHook::unlink();
  if (AllUpstreamsHook::is_linked()) AllUpstreamsHook::unlink();
  TimerWheel::unset(*this);
  transport_.close();
  context_.loop.destroy_later(std::unique_ptr<IoHandler>(this));
}

void UpstreamConnection::send(const char* data, std::size_t size) {
  if (write_failed_) return;
  if (!congested()) {
    const IoResult result = transport_.write(data, size);
    if (result.status == IoStatus::failed) {
      // The upstream may have answered before it closed: look for that before giving up.
      write_failed_ = true;
      readable_ = true;
      context_.loop.requeue(*this);
      return;
    }
    sent_bytes_ += result.bytes;
    if (result.bytes == size && !transport_.has_unsent()) return;
    data += result.bytes;
    size -= result.bytes;
    context_.timers.set(*this, context_.now + user_->settings().send_timeout);
  }
  output_.append({data, size});
}

void UpstreamConnection::request_complete() {
  request_complete_ = true;
  if (!congested()) arm_read_timeout();
}

void UpstreamConnection::arm_read_timeout() {
  context_.timers.set(*this, context_.now + user_->settings().read_timeout);
}

void UpstreamConnection::resume_response() {
  // An answer that came before the whole request was sent has its time-out too.
  if (reading_ == Reading::body || (request_complete_ && !congested())) arm_read_timeout();
  if (readable_) context_.loop.requeue(*this);
}

void UpstreamConnection::become_tunnel(Tunnel& tunnel, ByteBuffer& unsent, ByteBuffer& received) {
  state_ = State::tunnelling;
  tunnel_ = &tunnel;
  TimerWheel::unset(*this);
  unsent.swap(output_);
  received.swap(input_);
}

void UpstreamConnection::on_io(std::uint32_t events) {
  if ((events & EPOLLRDHUP) != 0) half_closed_ = true;
  switch (state_) {
    case State::opening:
      go_on_opening(events);
      break;
    case State::busy:
      on_busy(events);
      break;
    case State::idle:
      on_idle(events);
      break;
    case State::tunnelling:
      tunnel_->on_upstream_io(events);
      break;
    case State::closed:
      break;
  }
}

// The time-out for connecting goes on during the handshake: it is for that too, as in nginx.
void UpstreamConnection::go_on_opening(std::uint32_t events) {
  switch (opening_.go_on(events, transport_, endpoint_->tls_sessions.get(), context_.scratch.ciphertext)) {
    case UpstreamOpening::Progress::waits:
      return;
    case UpstreamOpening::Progress::failed:
      context_.stats.upstream_connect_errors.add();
      fail(UpstreamFailure::connect_failed);
      return;
    case UpstreamOpening::Progress::done:
      break;
  }
  // Over TLS there is a ticket, the end, or nothing: the first read says so.
  if (tls() != nullptr || (events & (EPOLLIN | EPOLLRDHUP)) != 0) readable_ = true;
  connected();
}

void UpstreamConnection::connected() {
  state_ = State::busy;
  TimerWheel::unset(*this);
  user_->on_connected();
  if (state_ == State::busy && readable_) read_some();
}

void UpstreamConnection::keep_session() {
  tls::ResumableSession session = transport_.resumption();
  if (session == nullptr) return;
  if (endpoint_->tls_sessions == nullptr) endpoint_->tls_sessions = std::make_unique<TlsSessions>();
  endpoint_->tls_sessions->keep(opening_.tls(), std::move(session));
}

void UpstreamConnection::on_idle(std::uint32_t events) {
  if ((events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) == 0) return;
  // An edge may come late for bytes that were read with the answer before; anything else means the end.
  if ((events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) == 0 && transport_.is_quiet()) return;
  close();
}

void UpstreamConnection::on_busy(std::uint32_t events) {
  if ((events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0) {
    readable_ = true;
    // What was there before the request was sent cannot be its answer: bytes behind the last one, or its end.
    if (unchecked_since_ == context_.now && !transport_.is_quiet()) {
      context_.stats.rejected[static_cast<std::size_t>(RejectReason::upstream_surplus)].add();
      fail(UpstreamFailure::reset);
      return;
    }
  }
  if ((events & EPOLLOUT) != 0 && congested()) {
    flush();
    if (state_ != State::busy) return;
  }
  if (readable_) read_some();
}

void UpstreamConnection::flush() {
  IoResult result{transport_.flush()};
  if (result.status == IoStatus::done && !output_.empty())
    result = transport_.write(output_.data(), output_.size());
  if (result.status == IoStatus::failed) {
    write_failed_ = true;
    readable_ = true;
    output_.clear();
    return;
  }
  sent_bytes_ += result.bytes;
  output_.consume(result.bytes);
  if (congested()) {
    context_.timers.set(*this, context_.now + user_->settings().send_timeout);
    return;
  }
  output_.release();
  TimerWheel::unset(*this);
  if (request_complete_ || reading_ == Reading::body) {
    arm_read_timeout();
  } else {
    user_->on_upstream_drained();
  }
}

void UpstreamConnection::read_some() {
  for (int i = 0; i < kReadsPerEvent; ++i) {
    if (state_ != State::busy || !readable_) return;
    if (user_->response_paused()) {
      if (!congested()) TimerWheel::unset(*this);
      return;
    }
    if (!(reading_ == Reading::head ? read_head() : read_body())) return;
  }
  if (state_ == State::busy && readable_) context_.loop.requeue(*this);
}

std::size_t UpstreamConnection::receive(char* data, std::size_t room) {
  const IoResult result = transport_.read(data, room);
  switch (result.status) {
    case IoStatus::would_block:
      readable_ = false;
      if (write_failed_ && reading_ == Reading::head) fail(UpstreamFailure::reset);
      break;
    case IoStatus::closed:
      on_end_of_stream();
      break;
    case IoStatus::failed:
      fail(UpstreamFailure::reset);
      break;
    case IoStatus::done:
      if (result.bytes < room && !half_closed_ && !transport_.has_pending()) readable_ = false;
      break;
  }
  return result.bytes;
}

bool UpstreamConnection::read_head() {
  const bool fresh = input_.empty();
  const std::size_t room = fresh ? std::min(kFirstRead, user_->response_room()) : 4096;
  char* const data = fresh ? context_.scratch.input() : input_.prepare(room);
  const std::size_t received = receive(data, room);
  if (received == 0) return false;
  if (fresh) {
    take_head(data, received);
  } else {
    input_.commit(received);
    take_head(input_.data(), input_.size());
  }
  return true;
}

void UpstreamConnection::take_head(char* data, std::size_t size) {
  http::ResponseHead& head = context_.scratch.response;
  http::ResponseFacts facts;
  const bool owned = !context_.scratch.owns(data);
  http::HeadLimits limits = context_.response_limits;
  limits.head_bytes = std::min<std::size_t>(limits.head_bytes, user_->settings().max_response_head);
  limits.line_bytes = limits.head_bytes;
  std::size_t taken = 0;  // by interim heads
  while (true) {
    http::ParseResult parsed = http::parse_response_head({data + taken, size - taken}, limits, head);
    if (parsed.status == http::ParseStatus::incomplete) {
      if (owned) {
        input_.consume(taken);
      } else {
        input_.append({data + taken, size - taken});
      }
      return;
    }
    if (parsed.status == http::ParseStatus::complete) {
      facts = {};
      parsed = http::analyse_response(head, user_->response_context(), facts);
    }
    if (parsed.status != http::ParseStatus::complete) {
      input_.append(owned ? std::string_view()
                          : std::string_view(data, 1));  // a response byte was seen: no retry
      fail(UpstreamFailure::bad_head);
      return;
    }
    if (!facts.interim) break;
    if (++interim_heads_ > kMaxInterimHeads) {
      fail(UpstreamFailure::bad_head);
      return;
    }
    user_->on_interim(head);
    taken += head.size;
    if (taken == size) {
      input_.clear();
      return;
    }
  }
  char* body = data + taken + head.size;
  const std::size_t body_size = size - taken - head.size;
  if (facts.switching_protocols) {
    ByteBuffer early;
    early.append({body, body_size});
    ByteBuffer head_storage;  // the head's views stay valid while it is sent
    head_storage.swap(input_);
    input_.swap(early);
    user_->on_switching(head, *this);
    return;
  }
  if (owned) {  // only the scratch has room around the body
    std::memcpy(context_.scratch.input(), body, body_size);
    body = context_.scratch.input();
  }
  body_kind_ = facts.body;
  body_remaining_ = facts.content_length;
  chunked_.reset();
  reusable_framing_ = facts.keep_alive && facts.body != http::BodyKind::until_close;
  ByteBuffer head_storage;
  head_storage.swap(input_);
  const Payload payload = decode(body, body_size);
  if (payload.refused) {
    reading_ = Reading::body;
    fail(UpstreamFailure::bad_framing);
    return;
  }
  reading_ = Reading::body;
  if (!payload.last) arm_read_timeout();
  user_->on_response_head(head, facts, body, payload.size, payload.last);
}

UpstreamConnection::Payload UpstreamConnection::decode(char* data, std::size_t size) {
  Payload payload;
  switch (body_kind_) {
    case http::BodyKind::none:
      payload.last = true;
      surplus_ = size > 0;
      break;
    case http::BodyKind::length:
      payload.size = static_cast<std::size_t>(std::min<std::uint64_t>(size, body_remaining_));
      body_remaining_ -= payload.size;
      payload.last = body_remaining_ == 0;
      surplus_ = size > payload.size;
      break;
    case http::BodyKind::chunked: {
      const http::ChunkedDecoder::Output output = chunked_.decode(data, size);
      payload.size = output.payload;
      payload.last = output.status == http::ParseStatus::complete;
      payload.refused = output.status == http::ParseStatus::refused;
      surplus_ = payload.last && output.consumed < size;
      break;
    }
    case http::BodyKind::until_close:
      payload.size = size;
      break;
  }
  return payload;
}

bool UpstreamConnection::read_body() {
  char* const data = context_.scratch.input();
  const std::size_t received = receive(data, std::min(read_size_, user_->response_room()));
  if (received == 0) return false;
  const bool filled = received == read_size_;
  const Payload payload = decode(data, received);
  if (payload.refused) {
    fail(UpstreamFailure::bad_framing);
    return false;
  }
  if (!payload.last) arm_read_timeout();
  user_->on_response_body(data, payload.size, payload.last);
  if (state_ != State::busy) return false;
  // Large reads are cheap as long as the client takes them whole; what it does not take must be kept for it.
  if (user_->response_paused()) {
    read_size_ = kLeastRead;
  } else if (filled) {
    read_size_ = std::min(read_size_ * 2, Scratch::kBodyRead);
  }
  return true;
}

void UpstreamConnection::on_end_of_stream() {
  if (reading_ == Reading::body && body_kind_ == http::BodyKind::until_close) {
    user_->on_response_body(context_.scratch.input(), 0, true);
    return;
  }
  fail(UpstreamFailure::reset);
}

void UpstreamConnection::fail(UpstreamFailure failure) {
  UpstreamUser* const user = user_;
  const bool response_begun = reading_ == Reading::body || !input_.empty() || interim_heads_ > 0;
  const bool sent = sent_bytes_ > 0;
  close();
  user->on_upstream_failed(failure, sent, response_begun);
}

void UpstreamConnection::on_timeout() {
  switch (state_) {
    case State::opening:
      context_.stats.upstream_connect_errors.add();
      fail(UpstreamFailure::connect_timeout);
      break;
    case State::busy:
      fail(!congested() ? UpstreamFailure::read_timeout : UpstreamFailure::send_timeout);
      break;
    case State::idle:
      close();
      break;
    case State::tunnelling:
    case State::closed:
      break;
  }
}

}  // namespace headgate::proxy
