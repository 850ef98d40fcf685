// Two byte streams joined, after a 101 or from the first byte: what one side sends the other receives, with
// bounded memory and half-close passed on. Owned by the client's connection or stream.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "base/byte_buffer.h"
#include "proxy/byte_stream.h"
#include "proxy/io_loop.h"
#include "proxy/timer_wheel.h"

namespace headgate::proxy {

struct WorkerContext;

// Who hears that a Tunnel is over, and closes both sides.
class TunnelOwner {
 public:
  virtual void on_tunnel_ended(std::uint64_t bytes_to_client) = 0;

 protected:
  ~TunnelOwner() = default;
};

class Tunnel final : public Timer {
 public:
  // `owner` outlives the tunnel. `idle`: no byte either way for that long ends it.
  Tunnel(WorkerContext& context, TunnelOwner& owner, std::chrono::milliseconds idle);

  // Joins the two, which outlive the tunnel; `from_client` and `from_upstream` are what was already read.
  // `waker` is requeued for work left over and passes on_io(0) on, to either side. May end the tunnel at
  // once.
  void start(IoHandler& waker, ByteStream& client, ByteBuffer& from_client, ByteStream& upstream,
             ByteBuffer& from_upstream);

  // Its connection is closing for another reason: nothing more is done or said.
  void abandon();

  // `events`: EPOLL* bits of that side, 0 for work left over.
  void on_client_io(std::uint32_t events);
  void on_upstream_io(std::uint32_t events);
  void on_timeout() override;

  // Taken from one side for the other so far, without what start() was given.
  [[nodiscard]] std::uint64_t bytes_from_client() const { return to_upstream_.moved; }
  [[nodiscard]] std::uint64_t bytes_to_client() const { return to_client_.moved; }

 private:
  struct Direction {
    ByteStream* from = nullptr;
    ByteStream* to = nullptr;
    ByteBuffer pending;  // at most one read
    bool readable = true;
    bool ended = false;     // FIN received
    bool finished = false;  // and passed on
    std::uint64_t moved = 0;
  };

  void on_io(std::uint32_t events, Direction& incoming);
  // These return false where the tunnel is broken.
  bool pump(Direction& direction);
  bool deliver(Direction& direction, const char* data, std::size_t size);
  bool settle(Direction& direction);
  void pump_both();
  void end();

  WorkerContext& context_;
  TunnelOwner& owner_;
  std::chrono::milliseconds idle_;
  IoHandler* waker_ = nullptr;
  Direction to_upstream_;
  Direction to_client_;
  bool over_ = false;
};

}  // namespace headgate::proxy
