// A pod for tests that speaks no HTTP: each connection is given to a function, or is TLS and echoed.
#pragma once

#include <sys/socket.h>

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <list>
#include <mutex>
#include <string>
#include <thread>

#include "support/deadline.h"
#include "support/loopback.h"
#include "support/test_certificate.h"

namespace headgate::test_support {

// Called on a thread of the connection's own; `fd` is connected and blocking, and closed afterwards.
using StreamHandler = std::function<void(int fd)>;

// Sends back what comes, until the client's end; then ends too.
void echo_bytes(int fd);
// The same inside TLS, with that certificate.
StreamHandler echo_tls(const TestCertificate& certificate);

class StreamPod {
 public:
  explicit StreamPod(StreamHandler handler);
  // Refuses further connections, ends the open ones, joins the threads.
  ~StreamPod();
  StreamPod(const StreamPod&) = delete;
  StreamPod& operator=(const StreamPod&) = delete;

  [[nodiscard]] std::uint16_t port() const { return listener_.port; }
  [[nodiscard]] std::size_t connection_count() const;
  [[nodiscard]] std::size_t open_connections() const;
  bool wait_until_open(std::size_t count, std::chrono::milliseconds within = kPatience) const;

 private:
  struct Connection {
    FileDescriptor socket;
    std::thread thread;
  };
  void accept_loop();

  StreamHandler handler_;
  BoundSocket listener_;
  std::thread acceptor_;
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::list<Connection> connections_;
  std::size_t open_ = 0;
};

}  // namespace headgate::test_support
