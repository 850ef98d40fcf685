#include "proxy/h2_connection.h"

#include <algorithm>
#include <utility>

#include "proxy/connection_list.h"
#include "proxy/context.h"
#include "proxy/h2_start.h"
#include "proxy/h2_stream_pool.h"

namespace headgate::proxy {
namespace {

// As HTTP/1 has it: what a client may still send after the last answer.
constexpr std::chrono::seconds kLingerTime{2};
constexpr std::uint32_t kLingerBytes = 64 * 1024;
// Between the two GOAWAYs: longer than a client's round trip (RFC 9113 §6.8).
constexpr std::chrono::seconds kAnnounceTime{1};
// Reads, and writes, for one event before other connections have their turn.
constexpr int kReadsPerEvent = 4;
constexpr int kWritesPerEvent = 4;
// Frames of one write, about: many TLS records, and less than a socket's buffer.
constexpr std::size_t kFramesPerWrite = 128 * 1024;
// Once a batch needed more memory than that, it goes back.
constexpr std::size_t kMostFramesKept = 1024 * 1024;
// What a client may send on one stream, and on all of them, before it is passed on: 32 uploads that are held
// up by their pods take nothing from their siblings.
constexpr std::uint32_t kStreamWindow = 65535;
constexpr std::uint32_t kConnectionWindow = 4 * 1024 * 1024;

http::H2Settings settings_for(const WorkerContext& context) {
  http::H2Settings settings;
  settings.max_concurrent_streams = context.listeners->http2_max_concurrent_streams;
  settings.stream_window = kStreamWindow;
  settings.connection_window = kConnectionWindow;
  settings.head = context.request_limits;
  return settings;
}

}  // namespace

void start_h2_connection(WorkerContext& context, Transport&& transport, std::unique_ptr<IoForward> forward,
                         const ClientInfo& client) {
  auto* const connection = new H2Connection(context, std::move(transport), client);
  context.connections.add(*connection);
  connection->take_over(std::move(forward));
}

H2Connection::H2Connection(WorkerContext& context, Transport&& transport, const ClientInfo& client)
    : context_(context),
      transport_(std::move(transport)),
      client_(client),
      session_(settings_for(context), *this, context.now),
      idle_until_(context.now + context.listeners->client_header_timeout),
      send_until_(TimePoint::max()),
      announce_until_(TimePoint::max()),
      linger_until_(TimePoint::max()) {
  context_.stats.connections_active.add(1);
  context_.stats.h2_connections.add();
}

H2Connection::~H2Connection() = default;

void H2Connection::take_over(std::unique_ptr<IoForward> forward) {
  forward_ = std::move(forward);
  half_closed_ = transport_.is_half_closed();
  if (forward_ != nullptr) {
    forward_->move(*this);
  } else if (!context_.loop.move(transport_.fd(), *this)) {
    context_.stats.accept_errors.add();
    close();
    return;
  }
  readable_ = transport_.has_pending() || half_closed_;
  count_in(&context_.stats.connections_waiting);
  arm();
  if (context_.draining) announce();
  receive();
  if (state_ != State::closed) context_.loop.requeue(*this);  // our SETTINGS
}

void H2Connection::close() {
  if (state_ == State::closed) return;
  state_ = State::closed;
  count_in(nullptr);
  drop_streams();
  recycle();
  TimerWheel::unset(*this);
  transport_.close();
  ConnectionHook::unlink();
  context_.stats.connections_active.add(-1);
  context_.loop.destroy_later(std::unique_ptr<IoHandler>(this));
}

void H2Connection::drop_streams() {
  streams_.for_each([this](H2Stream& stream) {
    stream.on_connection_gone();
    retire(stream);
  });
}

void H2Connection::on_io(std::uint32_t events) {
  if (state_ == State::closed) return;
  if ((events & (EPOLLERR | EPOLLHUP)) != 0) {
    close();
    return;
  }
  if ((events & EPOLLRDHUP) != 0) {
    half_closed_ = true;
    transport_.note_half_close();
  }
  if ((events & (EPOLLIN | EPOLLRDHUP)) != 0) readable_ = true;
  if (state_ == State::lingering) {
    if ((events & EPOLLOUT) != 0 && transport_.has_unsent() && transport_.flush() == IoStatus::failed) {
      close();
      return;
    }
    drain_input();
    return;
  }
  if (readable_ && !failed_) receive();
  if (state_ == State::closed || state_ == State::lingering) return;
  if (output_.blocked() ? (events & EPOLLOUT) != 0 : events == 0) flush();
  if (state_ != State::closed) recycle();
}

// --- receiving ---

void H2Connection::receive() {
  for (int reads = 0; reads < kReadsPerEvent && readable_; ++reads) {
    if (state_ == State::closed || state_ == State::lingering) return;
    char* const data = context_.scratch.frames();
    const IoResult result = transport_.read(data, Scratch::kFramesRead);
    switch (result.status) {
      case IoStatus::would_block:
        readable_ = false;
        return;
      case IoStatus::closed:  // nobody reads what it did not wait for
      case IoStatus::failed:
        close();
        return;
      case IoStatus::done:
        break;
    }
    if (result.bytes < Scratch::kFramesRead && !half_closed_ && !transport_.has_pending()) readable_ = false;
    if (!session_.feed(data, result.bytes, context_.now)) {
      fail();
      return;
    }
    if (session_.wants_write() || session_.is_finished()) context_.loop.requeue(*this);
  }
  if (readable_) context_.loop.requeue(*this);
}

void H2Connection::fail() {
  if (failed_) return;
  failed_ = true;
  count(session_.failure());
  drop_streams();
  state_ = State::ending;
  context_.loop.requeue(*this);
}

void H2Connection::count(RejectReason reason) {
  context_.stats.rejected[static_cast<std::size_t>(reason)].add();
}

// --- what the session says ---

H2Stream& H2Connection::add_stream(http::StreamId id) {
  if (streams_.empty()) {
    count_in(nullptr);
    idle_until_ = TimePoint::max();
    arm();
  }
  H2Stream* const stream = context_.h2_streams.acquire();
  stream->begin(*this, id);
  streams_.insert(*stream);
  context_.stats.h2_streams.add();
  const router::ListenerSettings& listeners = *context_.listeners;
  if (++requests_ >= listeners.keep_alive_requests || listeners.keep_alive.count() == 0) announce();
  return *stream;
}

void H2Connection::on_request(http::StreamId id, http::RequestHead& head, http::RequestFacts& facts,
                              bool last) {
  add_stream(id).start(head, facts, last);
}

void H2Connection::on_refused_request(http::StreamId id, std::string_view request_line,
                                      http::Refusal refusal) {
  add_stream(id).refuse(request_line, refusal);
}

void H2Connection::on_data(http::StreamId id, const char* data, std::size_t size, bool last) {
  if (H2Stream* const stream = streams_.find(id)) stream->on_data(data, size, last);
}

void H2Connection::on_reset(http::StreamId id, http::H2Error) {
  if (H2Stream* const stream = streams_.find(id)) stream->on_reset();
}

void H2Connection::on_closed(http::StreamId id) {
  if (H2Stream* const stream = streams_.find(id)) stream->on_closed();
}

http::H2Body H2Connection::body(http::StreamId id, std::size_t most) {
  H2Stream* const stream = streams_.find(id);
  return stream != nullptr ? stream->body(most) : http::H2Body{};
}

void H2Connection::take_body(http::StreamId id, std::size_t size, ByteBuffer& out) {
  if (H2Stream* const stream = streams_.find(id)) stream->take_body(size, out);
}

http::RequestHead& H2Connection::head_scratch() { return context_.scratch.request; }

std::uint64_t H2Connection::random_bits() { return context_.random.next(); }

// --- what the streams say ---

http::H2Session& H2Connection::say() {
  if (!flushing_) context_.loop.requeue(*this);
  return session_;
}

void H2Connection::touch(H2Stream& stream) {
  if (stream.touched) return;
  stream.touched = true;
  touched_.push_back(&stream);
  if (!flushing_) context_.loop.requeue(*this);
}

void H2Connection::retire(H2Stream& stream) {
  streams_.erase(stream);
  retired_.push_back(&stream);
  if (!flushing_) context_.loop.requeue(*this);
  if (!streams_.empty() || state_ == State::closed) return;
  count_in(&context_.stats.connections_waiting);
  idle_until_ = context_.now + context_.listeners->keep_alive;
  arm();
}

// --- sending ---

void H2Connection::flush() {
  if (!flush_held()) return;
  flushing_ = true;
  for (int writes = 0; writes < kWritesPerEvent && !output_.blocked() && state_ != State::closed; ++writes) {
    ByteBuffer& frames = context_.scratch.frames_out;
    frames.clear();
    session_.collect(frames, kFramesPerWrite);
    if (session_.failure() != RejectReason::none) fail();
    if (!frames.empty() && !write(frames)) break;
    settle_streams();
    if (!session_.wants_write()) break;
  }
  flushing_ = false;
  if (state_ == State::closed) return;
  if (!output_.blocked() && session_.wants_write()) context_.loop.requeue(*this);
  if (context_.scratch.frames_out.capacity() > kMostFramesKept) context_.scratch.frames_out.release();
  end_if_done();
}

bool H2Connection::write(ByteBuffer& frames) {
  if (!output_.write(transport_, frames)) {
    flushing_ = false;
    close();
    return false;
  }
  if (!output_.blocked()) return true;
  send_until_ = context_.now + context_.config.client_send_timeout;
  arm();
  return true;
}

bool H2Connection::flush_held() {
  if (!output_.blocked()) return true;
  if (!output_.flush(transport_)) {
    close();
    return false;
  }
  if (output_.blocked()) {
    // The socket was writable: the client has taken something, if not all.
    send_until_ = context_.now + context_.config.client_send_timeout;
    return false;
  }
  send_until_ = TimePoint::max();
  arm();
  streams_.for_each([](H2Stream& stream) { stream.on_unblocked(); });
  return true;
}

void H2Connection::settle_streams() {
  for (std::size_t i = 0; i < touched_.size(); ++i) {  // settle() may touch others
    touched_[i]->touched = false;
    touched_[i]->settle();
  }
  touched_.clear();
}

void H2Connection::recycle() {
  for (H2Stream* const stream : touched_) {
    if (stream->is_over()) stream->touched = false;
  }
  touched_.erase(
      std::remove_if(touched_.begin(), touched_.end(), [](const H2Stream* s) { return !s->touched; }),
      touched_.end());
  for (H2Stream* const stream : retired_) context_.h2_streams.release(stream);
  retired_.clear();
}

// --- its end ---

void H2Connection::drain() {
  if (state_ == State::open) announce();
}

void H2Connection::announce() {
  if (state_ != State::open) return;
  state_ = State::announcing;
  say().announce_shutdown();
  announce_until_ = context_.now + kAnnounceTime;
  arm();
}

void H2Connection::end() {
  state_ = State::ending;
  say().shut_down();
}

void H2Connection::end_if_done() {
  if (!streams_.empty() || output_.blocked() || session_.wants_write()) return;
  if (state_ == State::ending || session_.is_finished()) linger();
}

// What we sent must not be thrown away for what the client still sends (RFC 9112 §9.6).
void H2Connection::linger() {
  state_ = State::lingering;
  count_in(nullptr);
  transport_.shutdown_write();
  idle_until_ = TimePoint::max();
  linger_until_ = context_.now + kLingerTime;
  arm();
  readable_ = true;
  drain_input();
}

void H2Connection::drain_input() {
  while (readable_) {
    const IoResult result = transport_.read(context_.scratch.frames(), Scratch::kHeadRead);
    if (result.status == IoStatus::would_block) {
      readable_ = false;
      return;
    }
    lingered_bytes_ += static_cast<std::uint32_t>(result.bytes);
    if (result.status != IoStatus::done || lingered_bytes_ >= kLingerBytes) {
      close();
      return;
    }
  }
}

// --- levels and time ---

void H2Connection::count_in(observe::Gauge* level) {
  if (counted_in_ == level) return;
  if (counted_in_ != nullptr) counted_in_->add(-1);
  if (level != nullptr) level->add(1);
  counted_in_ = level;
}

void H2Connection::arm() {
  const TimePoint next = std::min({idle_until_, send_until_, announce_until_, linger_until_});
  if (next == TimePoint::max()) {
    TimerWheel::unset(*this);
  } else {
    context_.timers.set(*this, next);
  }
}

void H2Connection::on_timeout() {
  if (context_.now >= linger_until_) {
    close();
    return;
  }
  if (context_.now >= send_until_) {  // the client takes nothing
    count(RejectReason::h2_stalled);
    transport_.reset_on_close();
    close();
    return;
  }
  if (context_.now >= std::min(announce_until_, idle_until_)) {
    announce_until_ = idle_until_ = TimePoint::max();
    end();
  }
  arm();
}

}  // namespace headgate::proxy
