// The thread of a small HTTP server beside the data plane, and the port that it listens on (admin port,
// admission webhook).
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>
#include <thread>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "base/result.h"
#include "base/socket_address.h"

namespace headgate::app {

// Owned by its server; the control thread calls every function but io(), which is anybody's. What its
// coroutines use must outlive it.
class ServiceThread {
 public:
  ServiceThread() = default;
  ~ServiceThread();  // stops
  ServiceThread(const ServiceThread&) = delete;
  ServiceThread& operator=(const ServiceThread&) = delete;

  // Opens the listener. An address `::` also takes IPv4. Port 0: any free one, see port(). A failure begins
  // with `name`, "admin port".
  Result<void> listen(const SocketAddress& address, std::string_view name);
  // 0 where it does not listen.
  [[nodiscard]] std::uint16_t port() const;
  // After listen(). `take` gets each connection, on the thread.
  void start(std::function<void(boost::asio::ip::tcp::socket)> take);
  // Joins the thread; nothing runs on it any more. Harmless when not started.
  void stop();

  [[nodiscard]] boost::asio::io_context& io() { return io_; }

 private:
  boost::asio::io_context io_{1};
  boost::asio::ip::tcp::acceptor acceptor_{io_};
  std::thread thread_;
};

}  // namespace headgate::app
