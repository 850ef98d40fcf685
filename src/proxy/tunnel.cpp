#include "proxy/tunnel.h"

#include "proxy/context.h"

namespace headgate::proxy {
namespace {

// One read, and so the most a direction holds for a slow receiver.
constexpr std::size_t kRead = 64 * 1024;
// Reads of one direction before the other has its turn.
constexpr int kReadsPerTurn = 4;

}  // namespace

Tunnel::Tunnel(WorkerContext& context, TunnelOwner& owner, std::chrono::milliseconds idle)
    : context_(context), owner_(owner), idle_(idle) {}

void Tunnel::start(IoHandler& waker, ByteStream& client, ByteBuffer& from_client, ByteStream& upstream,
                   ByteBuffer& from_upstream) {
  waker_ = &waker;
  to_upstream_.from = to_client_.to = &client;
  to_upstream_.to = to_client_.from = &upstream;
  to_upstream_.pending.swap(from_client);
  to_client_.pending.swap(from_upstream);
  context_.timers.set(*this, context_.now + idle_);
  pump_both();
}

void Tunnel::on_client_io(std::uint32_t events) { on_io(events, to_upstream_); }

void Tunnel::on_upstream_io(std::uint32_t events) { on_io(events, to_client_); }

void Tunnel::on_io(std::uint32_t events, Direction& incoming) {
  if (over_) return;
  if ((events & EPOLLERR) != 0) {
    end();
    return;
  }
  if ((events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP)) != 0) incoming.readable = true;
  pump_both();
}

void Tunnel::pump_both() {
  if (!pump(to_upstream_) || !pump(to_client_) || (to_upstream_.finished && to_client_.finished)) end();
}

bool Tunnel::pump(Direction& direction) {
  if (!settle(direction)) return false;
  for (int i = 0; i < kReadsPerTurn && direction.pending.empty() && direction.readable && !direction.ended;
       ++i) {
    char* const data = context_.scratch.input();
    const IoResult read = direction.from->read(data, kRead);
    switch (read.status) {
      case IoStatus::would_block:
        direction.readable = false;
        return true;
      case IoStatus::failed:
        return false;
      case IoStatus::closed:
        direction.ended = true;
        break;
      case IoStatus::done:
        context_.timers.set(*this, context_.now + idle_);
        direction.moved += read.bytes;
        if (!deliver(direction, data, read.bytes)) return false;
        break;
    }
    if (!settle(direction)) return false;
  }
  if (direction.pending.empty() && direction.readable && !direction.ended) context_.loop.requeue(*waker_);
  return true;
}

bool Tunnel::deliver(Direction& direction, const char* data, std::size_t size) {
  const IoResult written = direction.to->write(data, size);
  if (written.status == IoStatus::failed) return false;
  direction.pending.append({data + written.bytes, size - written.bytes});
  return true;
}

// Writes what is held, and passes the end on once nothing is.
bool Tunnel::settle(Direction& direction) {
  while (!direction.pending.empty()) {
    const IoResult written = direction.to->write(direction.pending.data(), direction.pending.size());
    if (written.status == IoStatus::failed) return false;
    if (written.status == IoStatus::would_block) return true;
    direction.pending.consume(written.bytes);
    context_.timers.set(*this, context_.now + idle_);
  }
  direction.pending.release();
  switch (direction.to->flush()) {
    case IoStatus::done:
      break;
    case IoStatus::would_block:
      return true;
    case IoStatus::closed:
    case IoStatus::failed:
      return false;
  }
  if (direction.ended && !direction.finished) {
    direction.to->shutdown_write();
    direction.finished = true;
  }
  return true;
}

void Tunnel::on_timeout() { end(); }

void Tunnel::abandon() {
  over_ = true;
  TimerWheel::unset(*this);
}

void Tunnel::end() {
  if (over_) return;
  abandon();
  owner_.on_tunnel_ended(to_client_.moved);
}

}  // namespace headgate::proxy
