// The HTTP server of the admin port (--healthz-port): health, metrics and debug pages, on a thread of its own
// so that a scrape never waits for, or disturbs, the control thread or a Worker.
#pragma once

#include <functional>
#include <memory>

#include "app/admin_reply.h"
#include "base/result.h"
#include "base/socket_address.h"

namespace headgate::app {

// Owned by the Server (control thread), which calls every function here. Bounds: 8 KiB of request head, no
// request body (a request with one is answered and its connection closed), 5 s for a head, 30 s without
// progress of an answer, 256 connections; one more takes the place of the one that is silent for longest.
class AdminServer {
 public:
  // Called on the admin thread, one request at a time. Must not throw.
  using Answer = std::function<AdminReply(const AdminRequest&)>;
  explicit AdminServer(Answer answer);
  ~AdminServer();  // stops
  AdminServer(const AdminServer&) = delete;
  AdminServer& operator=(const AdminServer&) = delete;

  // Opens the listener. An address `::` also takes IPv4. Port 0: any free one, see port().
  Result<void> bind(const SocketAddress& address);
  [[nodiscard]] std::uint16_t port() const;
  // Starts the thread. After bind().
  void start();
  // Closes every connection and joins the thread. Harmless when not started.
  void stop();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace headgate::app
