// Two byte streams joined after a 101: what one side sends the other receives, with bounded memory and
// half-close passed on. Owned by the client's connection.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/byte_buffer.h"
#include "proxy/io_loop.h"
#include "proxy/timer_wheel.h"
#include "proxy/transport.h"

namespace headgate::proxy {

class Exchange;
struct WorkerContext;

class Tunnel final : public Timer {
 public:
  // Both transports outlive the tunnel. `idle`: no byte either way for that long ends it.
  Tunnel(WorkerContext& context, Exchange& exchange, std::chrono::milliseconds idle);

  // Joins the two; `from_client` and `from_upstream` are what was already read. `waker` passes on_io(0) to
  // on_client_io() when requeued. May end the tunnel at once.
  void start(IoHandler& waker, Transport& client, ByteBuffer& from_client, Transport& upstream,
             ByteBuffer& from_upstream);

  // Its connection is closing for another reason: nothing more is done or said.
  void abandon();

  void on_client_io(std::uint32_t events);
  void on_upstream_io(std::uint32_t events);
  void on_timeout() override;

 private:
  struct Direction {
    Transport* from = nullptr;
    Transport* to = nullptr;
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
  Exchange& exchange_;
  std::chrono::milliseconds idle_;
  IoHandler* waker_ = nullptr;
  Direction to_upstream_;
  Direction to_client_;
  bool over_ = false;
};

}  // namespace headgate::proxy
