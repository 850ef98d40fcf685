#include "proxy/h2_upstream_connection.h"

#include <algorithm>
#include <utility>

#include "proxy/context.h"
#include "proxy/upstream_user.h"

namespace headgate::proxy {
namespace {

// Reads, and writes, for one event before other connections have their turn.
constexpr int kReadsPerEvent = 4;
constexpr int kWritesPerEvent = 4;
// Frames of one write, about.
constexpr std::size_t kFramesPerWrite = 128 * 1024;
// On one connection at once; as many as it takes to make a window of 64 KiB for each 6 MiB.
constexpr std::uint32_t kMostStreams = 100;

http::H2ClientSettings settings_for(const WorkerContext& context) {
  http::H2ClientSettings settings;
  settings.max_streams = kMostStreams;
  settings.head = context.response_limits;
  return settings;
}

}  // namespace

H2UpstreamConnection::H2UpstreamConnection(WorkerContext& context, EndpointRef endpoint,
                                           const UpstreamWay& way)
    : context_(context),
      endpoint_(std::move(endpoint)),
      opening_(way),
      session_(settings_for(context), context.scratch.response),
      opened_at_(context.now) {
  context_.stats.upstream_connections_active.add(1);
  endpoint_->h2.push_back(this);
}

H2UpstreamConnection::~H2UpstreamConnection() = default;

bool H2UpstreamConnection::connect() {
  return transport_.connect(endpoint_->endpoint.address) && context_.loop.add(transport_.fd(), *this);
}

bool H2UpstreamConnection::can_open() const {
  const router::ListenerSettings& settings = *context_.listeners;
  return state_ != State::closed && !retired_ && !half_closed_ && session_.can_open() &&
         streams_.size() < kMostStreams && requests_ < settings.upstream_keepalive_requests &&
         context_.now - opened_at_ < settings.upstream_keepalive_time;
}

H2UpstreamStream* H2UpstreamConnection::open(UpstreamUser& user) {
  if (idle_) {
    idle_ = false;
    context_.stats.upstream_connections_idle.add(-1);
    context_.stats.upstream_connections_active.add(1);
    TimerWheel::unset(*this);
  }
  ++requests_;
  const bool reused = state_ == State::open;  // else whoever waits for it waits for a new one
  if (state_ == State::opening && !is_set())
    context_.timers.set(*this, context_.now + user.settings().connect_timeout);
  streams_.push_back(std::make_unique<H2UpstreamStream>(*this, user, reused));
  return streams_.back().get();
}

http::H2ClientSession& H2UpstreamConnection::say() {
  context_.loop.requeue(*this);
  return session_;
}

void H2UpstreamConnection::touch(H2UpstreamStream& stream) {
  context_.loop.requeue(*this);
  if (stream.touched) return;
  stream.touched = true;
  touched_.push_back(&stream);
}

void H2UpstreamConnection::drop(H2UpstreamStream& stream) {
  const auto at =
      std::find_if(streams_.begin(), streams_.end(), [&](const auto& each) { return each.get() == &stream; });
  if (at == streams_.end()) return;
  dropped_.push_back(std::move(*at));
  *at = std::move(streams_.back());
  streams_.pop_back();
  context_.loop.requeue(*this);
}

void H2UpstreamConnection::retire() {
  retired_ = true;
  context_.loop.requeue(*this);
}

void H2UpstreamConnection::leave_endpoint() { std::erase(endpoint_->h2, this); }

void H2UpstreamConnection::close() {
  if (state_ == State::closed) return;
  state_ = State::closed;
  leave_endpoint();
  (idle_ ? context_.stats.upstream_connections_idle : context_.stats.upstream_connections_active).add(-1);
  if (AllH2Hook::is_linked()) AllH2Hook::unlink();
  TimerWheel::unset(*this);
  transport_.close();
  context_.loop.destroy_later(std::unique_ptr<IoHandler>(this));
}

void H2UpstreamConnection::fail(UpstreamFailure failure) {
  close();
  // Each leaves the list, and none comes back: the connection is closed.
  while (!streams_.empty()) streams_.back()->fail(failure);
}

// --- events ---

void H2UpstreamConnection::on_io(std::uint32_t events) {
  if ((events & EPOLLRDHUP) != 0) half_closed_ = true;
  if ((events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0) readable_ = true;
  switch (state_) {
    case State::opening:
      go_on_opening(events);
      break;
    case State::open:
      if (readable_) receive();
      if (state_ == State::open && (!output_.blocked() || (events & EPOLLOUT) != 0)) flush();
      break;
    case State::closed:
      return;
  }
  if (state_ == State::closed) return;
  std::erase_if(touched_, [](const H2UpstreamStream* stream) { return stream->is_over(); });
  dropped_.clear();
  end_if_done();
}

void H2UpstreamConnection::go_on_opening(std::uint32_t events) {
  switch (opening_.go_on(events, transport_, nullptr, context_.scratch.ciphertext)) {
    case UpstreamOpening::Progress::waits:
      return;
    case UpstreamOpening::Progress::failed:
      context_.stats.upstream_connect_errors.add();
      fail(UpstreamFailure::connect_failed);
      return;
    case UpstreamOpening::Progress::done:
      break;
  }
  if (tls() != nullptr) readable_ = true;  // what came behind the handshake brings no event
  connected();
}

void H2UpstreamConnection::connected() {
  state_ = State::open;
  TimerWheel::unset(*this);
  context_.loop.requeue(*this);  // preface and SETTINGS
  // By index: an Exchange may drop its stream, and others.
  std::vector<H2UpstreamStream*> waiting;
  for (const auto& stream : streams_) waiting.push_back(stream.get());
  for (H2UpstreamStream* const stream : waiting)
    if (!stream->is_over()) stream->on_connected();
}

void H2UpstreamConnection::receive() {
  for (int reads = 0; reads < kReadsPerEvent && readable_; ++reads) {
    char* const data = context_.scratch.frames();
    const IoResult result = transport_.read(data, Scratch::kFramesRead);
    switch (result.status) {
      case IoStatus::would_block:
        readable_ = false;
        return;
      case IoStatus::closed:
      case IoStatus::failed:
        fail(UpstreamFailure::reset);
        return;
      case IoStatus::done:
        break;
    }
    if (result.bytes < Scratch::kFramesRead && !half_closed_ && !transport_.has_pending()) readable_ = false;
    if (!session_.feed(data, result.bytes)) {
      flush_last_words();
      fail(UpstreamFailure::bad_framing);
      return;
    }
    if (session_.wants_write()) context_.loop.requeue(*this);
  }
  if (readable_) context_.loop.requeue(*this);
}

// --- sending ---

void H2UpstreamConnection::flush() {
  if (!flush_held()) return;
  for (std::size_t i = 0; i < touched_.size(); ++i) {  // settle() may touch others
    touched_[i]->touched = false;
    touched_[i]->settle();
  }
  touched_.clear();
  for (int writes = 0; writes < kWritesPerEvent && !output_.blocked(); ++writes) {
    ByteBuffer& frames = context_.scratch.frames_out;
    frames.clear();
    const bool good = session_.collect(frames, kFramesPerWrite);
    if (!frames.empty() && !write(frames)) return;
    if (!good) {
      fail(UpstreamFailure::bad_framing);
      return;
    }
    if (!session_.wants_write()) break;
  }
  if (!output_.blocked() && session_.wants_write()) context_.loop.requeue(*this);
}

// What explains the end to the pod, as far as its socket takes it.
void H2UpstreamConnection::flush_last_words() {
  ByteBuffer& frames = context_.scratch.frames_out;
  frames.clear();
  session_.collect(frames, kFramesPerWrite);
  if (!output_.blocked() && !frames.empty())
    static_cast<void>(transport_.write(frames.data(), frames.size()));
}

bool H2UpstreamConnection::write(ByteBuffer& frames) {
  if (output_.write(transport_, frames)) return true;
  fail(UpstreamFailure::reset);
  return false;
}

bool H2UpstreamConnection::flush_held() {
  if (!output_.blocked()) return true;
  if (output_.flush(transport_)) return !output_.blocked();
  fail(UpstreamFailure::reset);
  return false;
}

// --- its end ---

void H2UpstreamConnection::end_if_done() {
  if (!streams_.empty() || state_ == State::closed) return;
  if (state_ != State::open) {  // nobody waits for it; others may come, unless it is of no use to them
    if (retired_ || endpoint_->removed || context_.draining) close();
    return;
  }
  if (retired_ || half_closed_ || endpoint_->removed || context_.draining || session_.is_ending() ||
      context_.listeners->upstream_keepalive_connections == 0) {
    if (!output_.blocked() && !session_.is_ending()) {
      session_.shut_down();
      flush_last_words();
    }
    close();
    return;
  }
  if (idle_) return;
  idle_ = true;
  context_.stats.upstream_connections_active.add(-1);
  context_.stats.upstream_connections_idle.add(1);
  context_.timers.set(*this, context_.now + context_.listeners->upstream_keepalive_timeout);
}

void H2UpstreamConnection::on_timeout() {
  switch (state_) {
    case State::opening:
      context_.stats.upstream_connect_errors.add();
      fail(UpstreamFailure::connect_timeout);
      break;
    case State::open:
      retire();  // nobody has used it for long
      break;
    case State::closed:
      break;
  }
}

}  // namespace headgate::proxy
