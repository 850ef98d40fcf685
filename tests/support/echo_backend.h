// A pod for tests, inside the test program: records every request, answers with its name or as a script says.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <list>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "support/backend_exchange.h"
#include "support/loopback.h"

namespace headgate::test_support {

// Called on the thread of the connection, once for each request head. Without a close() the connection goes
// on to its next request (what is left of the body is read first).
using BackendHandler = std::function<void(BackendExchange&)>;

// One thread for each connection. Thread-safe.
class EchoBackend {
 public:
  // `port` 0: any that is free.
  explicit EchoBackend(std::string name, BackendHandler handler = {}, std::string address = "127.0.0.1",
                       std::uint16_t port = 0);
  // Refuses further connections, ends the open ones, joins the threads.
  ~EchoBackend();
  EchoBackend(const EchoBackend&) = delete;
  EchoBackend& operator=(const EchoBackend&) = delete;

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] const std::string& address() const { return address_; }
  [[nodiscard]] std::uint16_t port() const { return listener_.port; }

  // For requests whose head is read from now on.
  void set_handler(BackendHandler handler);

  // In order of arrival; a body is filled in once the handler (or the end of it) has read it.
  [[nodiscard]] std::vector<HttpRequest> requests() const;
  [[nodiscard]] HttpRequest last_request() const;  // empty where there was none
  [[nodiscard]] std::size_t request_count() const;
  [[nodiscard]] std::size_t connection_count() const;  // accepted so far
  [[nodiscard]] std::size_t open_connections() const;
  bool wait_for_requests(std::size_t count, std::chrono::milliseconds within = kPatience) const;
  void forget_requests();

 private:
  struct Connection {
    FileDescriptor socket;
    std::thread thread;
    bool done = false;
  };
  void accept_loop();
  void serve(Connection& connection);

  std::string name_;
  std::string address_;
  BoundSocket listener_;
  FileDescriptor stop_event_;
  std::thread acceptor_;
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  BackendHandler handler_;
  std::vector<HttpRequest> requests_;
  std::list<Connection> connections_;
  std::size_t accepted_ = 0;
  std::size_t open_ = 0;
  std::size_t epoch_ = 0;  // counts forget_requests()
};

}  // namespace headgate::test_support
