// H1Connection: its life, and reading requests. Writing answers: h1_answers.cpp.
#include "proxy/h1_connection.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "proxy/context.h"
#include "proxy/exchange.h"
#include "proxy/h2_start.h"

namespace headgate::proxy {
namespace {

// After an answer that ends the connection early, the client's unread bytes are taken for a while, so that
// its kernel does not throw the answer away (RFC 9112 §9.6).
constexpr std::chrono::seconds kLingerTime{2};
constexpr std::uint32_t kLingerBytes = 64 * 1024;
// Bodies read for one event before others have their turn.
constexpr int kReadsPerEvent = 4;
// What of a refused request is logged.
constexpr std::size_t kLoggedOfRefused = 128;

}  // namespace

H1Connection::H1Connection(WorkerContext& context, Transport&& transport, const ClientInfo& client)
    : context_(context), transport_(std::move(transport)), request_started_(context.now), client_(client) {
  context_.stats.connections_active.add(1);
}

H1Connection::~H1Connection() = default;

void H1Connection::start() {
  if (!context_.loop.add(transport_.fd(), *this)) {
    context_.stats.accept_errors.add();
    close();
    return;
  }
  context_.stats.connections_handled.add();
  readable_ = false;  // the loop tells of what is there already
  wait_for_head();
}

void H1Connection::adopt_descriptor(std::unique_ptr<IoForward> forward) {
  forward_ = std::move(forward);
  forward_->move(*this);
  half_closed_ = transport_.is_half_closed();
}

void H1Connection::take_over(std::unique_ptr<IoForward> forward) {
  adopt_descriptor(std::move(forward));
  readable_ = transport_.has_pending() || half_closed_;
  wait_for_head();
  if (context_.draining) drain();
  run();
}

void H1Connection::take_over_refused(std::unique_ptr<IoForward> forward, std::string_view bytes,
                                     http::Refusal refusal) {
  adopt_descriptor(std::move(forward));
  refuse(bytes, refusal);
}

void H1Connection::drain() {
  if (state_ != State::reading_head) return;
  if (requests_ > 0 && input_.empty() && transport_.is_quiet()) {
    close();
  } else {  // a request may be on its way: it gets its answer, silence does not hold up the end
    context_.timers.set(*this, context_.now + kLingerTime);
  }
}

void H1Connection::close() {
  if (state_ == State::closed) return;
  if (tunnel_) tunnel_->abandon();
  if (exchange_ != nullptr) {
    Exchange* const exchange = exchange_;
    exchange_ = nullptr;
    exchange->on_downstream_gone(RejectReason::client_gone);
    context_.exchanges.release(exchange);
  }
  transport_.close();
  leave();
}

void H1Connection::leave() {
  state_ = State::closed;
  count_in(nullptr);
  TimerWheel::unset(*this);
  ConnectionHook::unlink();
  context_.stats.connections_active.add(-1);
  context_.loop.destroy_later(std::unique_ptr<IoHandler>(this));
}

void H1Connection::on_io(std::uint32_t events) {
  switch (state_) {
    case State::closed:
      return;
    case State::tunnelling:
      tunnel_->on_client_io(events);
      return;
    case State::reading_head:
    case State::exchanging:
    case State::lingering:
      break;
  }
  if ((events & (EPOLLERR | EPOLLHUP)) != 0) {
    close();
    return;
  }
  if ((events & EPOLLRDHUP) != 0) {
    half_closed_ = true;
    transport_.note_half_close();
  }
  if ((events & (EPOLLIN | EPOLLRDHUP)) != 0) readable_ = true;
  if ((events & EPOLLOUT) != 0 && congested()) flush();
  run();
}

void H1Connection::run() {
  if (running_) return;
  running_ = true;
  for (int reads = 0;; ++reads) {
    bool progress = false;
    switch (state_) {
      case State::reading_head:
        progress = read_head();
        break;
      case State::exchanging:
        progress = read_body();
        break;
      case State::lingering:
        progress = drain_input();
        break;
      case State::tunnelling:
      case State::closed:
        break;
    }
    if (!progress) break;
    if (reads == kReadsPerEvent) {
      context_.loop.requeue(*this);
      break;
    }
  }
  running_ = false;
}

// --- reading requests ---

void H1Connection::count_in(observe::Gauge* level) {
  if (counted_in_ == level) return;
  if (counted_in_ != nullptr) counted_in_->add(-1);
  if (level != nullptr) level->add(1);
  counted_in_ = level;
}

void H1Connection::wait_for_head() {
  const router::ListenerSettings& settings = *context_.listeners;
  count_in(input_.empty() ? &context_.stats.connections_waiting : &context_.stats.connections_reading);
  if (input_.empty()) {
    head_deadline_ = TimePoint::max();
    const bool first = requests_ == 0;
    context_.timers.set(*this, context_.now + (first ? settings.client_header_timeout : settings.keep_alive));
  } else if (head_deadline_ == TimePoint::max()) {  // the whole head, from its first byte
    head_deadline_ = context_.now + settings.client_header_timeout;
    context_.timers.set(*this, head_deadline_);
  }
}

bool H1Connection::read_head() {
  if (input_fresh_) {
    input_fresh_ = false;
    request_started_ = context_.now;
    take_head(input_.data(), input_.size());
    return true;
  }
  if (!readable_) return false;
  const bool fresh = input_.empty();
  const std::size_t room = fresh ? Scratch::kHeadRead : 4096;
  char* const data = fresh ? context_.scratch.input() : input_.prepare(room);
  const IoResult result = transport_.read(data, room);
  switch (result.status) {
    case IoStatus::would_block:
      readable_ = false;
      return false;
    case IoStatus::closed:
    case IoStatus::failed:
      close();
      return false;
    case IoStatus::done:
      break;
  }
  if (result.bytes < room && !half_closed_ && !transport_.has_pending()) readable_ = false;
  if (fresh) {
    request_started_ = context_.now;
    take_head(data, result.bytes);
    return true;
  }
  input_.commit(result.bytes);
  // Without the end of a line nothing can be decided, except that it is too much.
  const bool line_ended = std::memchr(data, '\n', result.bytes) != nullptr;
  if (line_ended || input_.size() > context_.request_limits.line_bytes)
    take_head(input_.data(), input_.size());
  return true;
}

// HTTP/2 with prior knowledge (RFC 9113 §3.3) shows in a connection's first bytes; over TLS it is negotiated.
http::Preface H1Connection::preface(std::string_view bytes) const {
  return requests_ > 0 || client_.tls != nullptr ? http::Preface::no : http::h2_preface(bytes);
}

void H1Connection::become_http2(std::string_view bytes) {
  ByteBuffer begun;
  begun.append(bytes);
  transport_.unread(std::move(begun), !readable_);
  leave();
  start_h2_connection(context_, std::move(transport_), std::move(forward_), client_);
}

void H1Connection::take_head(char* data, std::size_t size) {
  switch (preface({data, size})) {
    case http::Preface::yes:
      become_http2({data, size});
      return;
    case http::Preface::undecided:
      keep_incomplete({data, size});
      return;
    case http::Preface::no:
      break;
  }
  const http::ParseResult parsed =
      http::parse_request_head({data, size}, context_.request_limits, context_.scratch.request);
  switch (parsed.status) {
    case http::ParseStatus::incomplete:
      keep_incomplete({data, size});
      return;
    case http::ParseStatus::refused:
      refuse({data, size}, parsed.refusal);
      return;
    case http::ParseStatus::complete:
      begin_exchange(data, size);
      return;
  }
}

void H1Connection::keep_incomplete(std::string_view bytes) {
  if (input_.empty()) input_.append(bytes);
  wait_for_head();
}

void H1Connection::refuse(std::string_view bytes, http::Refusal refusal) {
  std::string_view line = bytes.substr(0, bytes.find('\n'));
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  ++requests_;
  count_in(nullptr);
  state_ = State::exchanging;
  body_complete_ = false;  // where the message ends is anybody's guess
  body_abandoned_ = true;
  close_after_ = true;
  bytes_sent_ = 0;
  bytes_received_ = bytes.size();
  method_ = http::Method::get;
  exchange_ = context_.exchanges.acquire();
  exchange_->refuse(context_, *this, line.substr(0, kLoggedOfRefused), refusal);
}

void H1Connection::begin_exchange(char* data, std::size_t size) {
  http::RequestHead& head = context_.scratch.request;
  http::RequestFacts facts;
  const http::ParseResult judged = http::analyse_request(head, facts);
  if (judged.status != http::ParseStatus::complete) {
    refuse(head.request_line, judged.refusal);
    return;
  }
  ++requests_;
  count_in(nullptr);
  state_ = State::exchanging;
  TimerWheel::unset(*this);
  head_deadline_ = TimePoint::max();
  method_ = head.method;
  http10_ = head.minor_version == 0;
  accepts_trailers_ = facts.accepts_trailers;
  client_keep_alive_ = facts.keep_alive;
  close_after_ = false;
  chunked_response_ = false;
  body_abandoned_ = false;
  body_kind_ = facts.body;
  body_remaining_ = facts.content_length;
  chunked_.reset();
  bytes_sent_ = 0;

  char* const body = data + head.size;
  const Content content = decode(body, size - head.size);
  body_complete_ = content.last;
  bytes_received_ = head.size + content.consumed;
  exchange_ = context_.exchanges.acquire();
  if (content.refused) {
    body_abandoned_ = true;
    close_after_ = true;
    exchange_->refuse(context_, *this, head.request_line, content.refusal);
    return;
  }
  const std::size_t taken = head.size + content.consumed;
  const bool owned = !input_.empty();
  ByteBuffer own;  // keeps the head's bytes in place for the call below
  if (owned) {
    own.swap(input_);
    input_.append({data + taken, size - taken});
  } else {
    input_.append({data + taken, size - taken});
  }
  exchange_->start(context_, *this, head, facts, body, content.payload, content.last);
}

H1Connection::Content H1Connection::decode(char* data, std::size_t size) {
  Content content;
  switch (body_kind_) {
    case http::BodyKind::none:
    case http::BodyKind::until_close:
      content.last = true;
      break;
    case http::BodyKind::length:
      content.payload = static_cast<std::size_t>(std::min<std::uint64_t>(size, body_remaining_));
      content.consumed = content.payload;
      body_remaining_ -= content.payload;
      content.last = body_remaining_ == 0;
      break;
    case http::BodyKind::chunked: {
      const http::ChunkedDecoder::Output output = chunked_.decode(data, size);
      content.payload = output.payload;
      content.consumed = output.consumed;
      content.last = output.status == http::ParseStatus::complete;
      content.refused = output.status == http::ParseStatus::refused;
      content.refusal = output.refusal;
      break;
    }
  }
  return content;
}

bool H1Connection::read_body() {
  if (body_complete_ || body_abandoned_ || !readable_ || !exchange_->wants_request_body()) return false;
  char* const data = context_.scratch.input();
  const std::size_t room = Scratch::kBodyRead;
  const IoResult result = transport_.read(data, room);
  switch (result.status) {
    case IoStatus::would_block:
      readable_ = false;
      context_.timers.set(*this, context_.now + context_.listeners->client_body_timeout);
      return false;
    case IoStatus::closed:  // half a request: nobody waits for its answer
    case IoStatus::failed:
      close();
      return false;
    case IoStatus::done:
      break;
  }
  if (result.bytes < room && !half_closed_ && !transport_.has_pending()) readable_ = false;
  const Content content = decode(data, result.bytes);
  bytes_received_ += content.consumed;
  if (content.refused) {
    body_abandoned_ = true;
    exchange_->on_request_body_failed(content.refusal);
    return true;
  }
  if (content.last) {
    input_.append({data + content.consumed, result.bytes - content.consumed});
    body_complete_ = true;
    if (!congested()) TimerWheel::unset(*this);
  } else {
    context_.timers.set(*this, context_.now + context_.listeners->client_body_timeout);
  }
  exchange_->on_request_body(data, content.payload, content.last);
  // While the upstream takes nothing, the client is not the slow one: resume_request_body() starts its clock
  // again.
  if (state_ == State::exchanging && !body_complete_ && !exchange_->wants_request_body() && !congested()) {
    TimerWheel::unset(*this);
  }
  return true;
}

void H1Connection::resume_request_body() {
  if (!body_complete_ && !congested()) {
    context_.timers.set(*this, context_.now + context_.listeners->client_body_timeout);
  }
  run();
}

void H1Connection::abandon_request_body() {
  body_abandoned_ = true;
  close_after_ = true;
  if (!congested()) TimerWheel::unset(*this);
}

bool H1Connection::drain_input() {
  if (!readable_) return false;
  const IoResult result = transport_.read(context_.scratch.input(), Scratch::kHeadRead);
  if (result.status == IoStatus::would_block) {
    readable_ = false;
    return false;
  }
  lingered_bytes_ += static_cast<std::uint32_t>(result.bytes);
  if (result.status == IoStatus::done && lingered_bytes_ < kLingerBytes) return true;
  close();
  return false;
}

void H1Connection::on_timeout() {
  switch (state_) {
    case State::reading_head:
      if (input_.empty()) {
        close();
      } else {
        const ByteBuffer bytes(std::move(input_));
        refuse(bytes.view(), {408, RejectReason::header_timeout});
      }
      break;
    case State::exchanging:
      if (congested()) {  // the client takes nothing
        transport_.reset_on_close();
        close();
      } else if (!body_complete_ && !body_abandoned_) {
        body_abandoned_ = true;
        exchange_->on_request_body_failed({408, RejectReason::body_timeout});
      }
      break;
    case State::lingering:
      close();
      break;
    case State::tunnelling:
    case State::closed:
      break;
  }
}

// --- after an Exchange ---

void H1Connection::exchange_finished(Ending ending) {
  Exchange* const exchange = exchange_;
  exchange_ = nullptr;
  context_.exchanges.release(exchange);
  if (state_ == State::closed) return;
  if (ending == Ending::cut) {
    transport_.reset_on_close();
    close();
    return;
  }
  if (state_ == State::tunnelling || write_failed_) {
    close();
    return;
  }
  if (close_after_) {
    linger();
    return;
  }
  state_ = State::reading_head;
  input_fresh_ = !input_.empty();
  if (input_.empty()) input_.release();
  wait_for_head();
  if (context_.draining) drain();
  run();
}

void H1Connection::linger() {
  if (!readable_ && body_complete_) {  // nothing unread: an ordinary close loses nothing
    close();
    return;
  }
  state_ = State::lingering;
  input_.release();
  transport_.shutdown_write();
  context_.timers.set(*this, context_.now + kLingerTime);
  readable_ = true;
  run();
}

}  // namespace headgate::proxy
