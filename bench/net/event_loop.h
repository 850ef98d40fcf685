// A busy-polled, edge-triggered epoll set: no timers, no queue, nothing that costs time of its own.
#pragma once

#include <cstdint>
#include <vector>

#include "net/fd.h"

namespace headgate::bench {

// Receives the events of one descriptor. Must outlive its descriptor's registration.
class EventHandler {
 public:
  virtual ~EventHandler() = default;
  virtual void on_events(std::uint32_t events) = 0;
};

// One thread. Closing a descriptor removes it. A handler that is destroyed by another handler's event must be
// destroyed after poll() has returned.
class EventLoop {
 public:
  EventLoop();  // throws std::system_error
  // EPOLLIN | EPOLLOUT | EPOLLRDHUP, edge-triggered. Throws std::system_error.
  void add(int fd, EventHandler* handler);
  // Hands out what is ready; `timeout_ms` 0 returns at once, -1 waits. Returns the number of events.
  int poll(int timeout_ms);

 private:
  Fd epoll_;
};

}  // namespace headgate::bench
