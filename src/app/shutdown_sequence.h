// The orderly end: a grace period in which everything still serves, then draining, then the end. A second
// signal skips what is left.
#pragma once

#include <chrono>
#include <functional>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

namespace headgate::app {

// What the sequence does to the rest of the program; every function is called on the control thread.
struct ShutdownActions {
  std::function<void()> announce;     // readiness and health say "shutting down" from here on
  std::function<void()> begin_drain;  // no new connections; running Exchanges and tunnels go on
  std::function<bool()> drained;
  std::function<void()> reopen_logs;  // SIGHUP
};

// Owned by the Server; control thread only. Ends the io_context when it is done.
//
//   serving ──SIGTERM, SIGINT──> grace ──period over──> draining ──drained, or time out──> over
//                                  └───────second signal──────────────┴──────────────────> over
class ShutdownSequence {
 public:
  ShutdownSequence(boost::asio::io_context& io, std::chrono::seconds grace,
                   std::chrono::seconds drain_timeout, ShutdownActions actions);
  // Counts from the next drain on.
  void set_drain_timeout(std::chrono::seconds timeout) { drain_timeout_ = timeout; }
  [[nodiscard]] std::chrono::seconds drain_timeout() const { return drain_timeout_; }
  // Takes over SIGTERM, SIGINT and SIGHUP.
  void start();

 private:
  enum class Phase { serving, grace, draining, over };

  void wait_for_signal();
  void on_signal(int number);
  void begin_grace(int signal_number);
  void begin_draining();
  void look_whether_drained();
  void end();

  boost::asio::io_context& io_;
  std::chrono::seconds grace_;
  std::chrono::seconds drain_timeout_;
  ShutdownActions actions_;
  boost::asio::signal_set signals_;
  boost::asio::steady_timer timer_;
  std::chrono::steady_clock::time_point drain_deadline_{};
  Phase phase_ = Phase::serving;
};

}  // namespace headgate::app
