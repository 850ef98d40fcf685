// One connection of a client: reads requests one after another, has them answered, and sends the answers as
// the faults want them. A second coroutine reads ahead, so that a client that leaves is noticed in a watch.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include "fakeapi/api_request.h"
#include "fakeapi/server_state.h"
#include "fakeapi/transport.h"

namespace headgate::fakeapi {

class Connection {
 public:
  using Clock = std::chrono::steady_clock;

  Connection(ServerState& state, std::unique_ptr<Transport> transport);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Both coroutines; they share the connection and keep it alive.
  static void start(const std::shared_ptr<Connection>& self);

  // Ends whatever wait() is running.
  void wake() { timer_.cancel(); }
  // FIN or RST, at once.
  void drop(bool with_reset);

  // For those that answer: until wake() or `until`. Throws where the client has gone.
  boost::asio::awaitable<void> wait(Clock::time_point until);
  [[nodiscard]] ServerState& state() { return state_; }
  [[nodiscard]] Transport& transport() { return *transport_; }

 private:
  static boost::asio::awaitable<void> run(std::shared_ptr<Connection> self);
  static boost::asio::awaitable<void> read_ahead(std::shared_ptr<Connection> self);
  boost::asio::awaitable<void> serve();
  boost::asio::awaitable<std::optional<ApiRequest>> next_request();
  boost::asio::awaitable<void> answer(const ApiRequest& request);
  boost::asio::awaitable<ApiAnswer> decide(const ApiRequest& request, const Fault& fault);
  boost::asio::awaitable<void> send(const ApiRequest& request, ApiAnswer answer, const Fault& fault,
                                    std::size_t record);

  ServerState& state_;
  std::unique_ptr<Transport> transport_;
  boost::asio::steady_timer timer_;
  std::string inbound_;     // received and not yet parsed
  bool is_closed_ = false;  // by the client
  std::size_t number_;
};

}  // namespace headgate::fakeapi
