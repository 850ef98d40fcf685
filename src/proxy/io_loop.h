// A Worker's own edge-triggered epoll set, hosted in its Asio io_context (docs/decisions/0002): data sockets
// are added once and never modified; the epoll descriptor itself is what Asio waits for.
#pragma once

#include <sys/epoll.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

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
  bool doomed_ = false;
};

// Stands in the set for a handler that will give its descriptor to another one: where events go then changes
// without a system call, and nothing is told again. Lives as long as events may name it: its owner is
// destroyed by IoLoop::destroy_later.
class IoForward final : public IoHandler {
 public:
  explicit IoForward(IoHandler& handler) : handler_(&handler) {}
  void move(IoHandler& handler) { handler_ = &handler; }
  void on_io(std::uint32_t events) override { handler_->on_io(events); }

 private:
  IoHandler* handler_;
};

// Owned by a Worker and used by its thread, except post() and stop().
class IoLoop {
 public:
  IoLoop();
  ~IoLoop();
  IoLoop(const IoLoop&) = delete;
  IoLoop& operator=(const IoLoop&) = delete;

  // Called before each batch of events, posted function and tick: clock and date are read there.
  void on_wake(std::function<void()> wake);
  // Called each `period` while the loop runs.
  void on_tick(std::chrono::milliseconds period, std::function<void()> tick);

  // Runs what was posted so far, without waiting for anything.
  void run_posted();
  // Runs until stop().
  void run();
  // Any thread: makes run() return; what was posted before is run first.
  void stop();
  // Any thread: calls `function` on the loop's thread.
  void post(std::function<void()> function);

  // Edge-triggered IN|OUT|RDHUP; false with errno set. Closing the descriptor removes it.
  bool add(int fd, IoHandler& handler);
  // Events of `fd` go to `handler` from now on; what is ready now is told again. False with errno set.
  bool move(int fd, IoHandler& handler);
  // Counts the batches of events; listeners and sockets tell of themselves once in each.
  [[nodiscard]] std::uint64_t batch() const { return batch_; }
  // Level-triggered IN, for listeners.
  bool add_listener(int fd, IoHandler& handler);
  void remove_listener(int fd);

  // Calls handler.on_io(0) after the running batch, tick or posted function: for work cut short by a fairness
  // budget, or that is cheaper done once for all of them. Nothing happens for a handler that is to be
  // destroyed.
  void requeue(IoHandler& handler);
  // Deletes at the end of the running batch (or of the next one, when called from outside a batch).
  void destroy_later(std::unique_ptr<IoHandler> handler);

 private:
  struct Host;  // the Asio side

  void arm();
  void arm_tick();
  void run_batches();
  bool run_batch();
  void end_batch();
  void run_queue();
  // After what Asio called: nothing else comes back to the queue until the next event.
  void settle();

  int epoll_fd_;
  std::unique_ptr<Host> host_;
  std::function<void()> wake_;
  std::function<void()> tick_;
  std::chrono::milliseconds tick_period_{0};
  std::array<epoll_event, 256> events_;
  std::vector<IoHandler*> queue_;
  std::vector<IoHandler*> running_;
  std::vector<std::unique_ptr<IoHandler>> doomed_;
  std::vector<std::unique_ptr<IoHandler>> dying_;
  bool settling_ = false;
  std::uint64_t batch_ = 0;
};

}  // namespace headgate::proxy
