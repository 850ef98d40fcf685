// A Worker's own edge-triggered epoll set, hosted in its Asio io_context (docs/decisions/0002): data sockets
// are added once and never modified; the epoll descriptor itself is what Asio waits for.
#pragma once

#include <sys/epoll.h>

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace boost::asio {
class io_context;
}

namespace headgate::proxy {

// Something with a descriptor in the set. Destroyed only through IoLoop::destroy_later, because later events
// of the running batch may still name it.
class IoHandler {
 public:
  virtual ~IoHandler() = default;
  // `events`: EPOLL* bits; 0 when called back after requeue(). Must cope with events that came too late
  // (closed) and with readiness that is no longer there.
  virtual void on_io(std::uint32_t events) = 0;

 private:
  friend class IoLoop;
  bool queued_ = false;
};

// Used by one thread: the one that runs the io_context.
class IoLoop {
 public:
  // `io` hosts the loop and outlives it.
  explicit IoLoop(boost::asio::io_context& io);
  ~IoLoop();
  IoLoop(const IoLoop&) = delete;
  IoLoop& operator=(const IoLoop&) = delete;

  // Called before each batch (clock and date are read there) and after it.
  void on_batch(std::function<void()> begin, std::function<void()> end);

  // Edge-triggered IN|OUT|RDHUP; false with errno set. Closing the descriptor removes it.
  bool add(int fd, IoHandler& handler);
  // Level-triggered IN, for listeners.
  bool add_listener(int fd, IoHandler& handler);
  void remove_listener(int fd);

  // Calls handler.on_io(0) after the running batch: for work cut short by a fairness budget.
  void requeue(IoHandler& handler);
  // Deletes at the end of the running batch (or of the next one, when called from outside a batch).
  void destroy_later(std::unique_ptr<IoHandler> handler);

  // Starts awaiting readiness. Stops when the io_context does.
  void start();

 private:
  struct Host;  // the Asio side

  void arm();
  void run_batch();
  void run_queue();

  int epoll_fd_;
  std::unique_ptr<Host> host_;
  std::function<void()> begin_batch_;
  std::function<void()> end_batch_;
  std::array<epoll_event, 256> events_;
  std::vector<IoHandler*> queue_;
  std::vector<IoHandler*> running_;
  std::vector<std::unique_ptr<IoHandler>> doomed_;
  std::vector<std::unique_ptr<IoHandler>> dying_;
};

}  // namespace headgate::proxy
