// The double's port: accepts connections, or refuses them for a while without giving the port away.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>

#include "fakeapi/server_state.h"

namespace headgate::fakeapi {

class Listener {
 public:
  // `port` 0: one that is free. Throws boost::system::system_error.
  Listener(ServerState& state, const std::string& address, std::uint16_t port);

  [[nodiscard]] std::uint16_t port() const { return endpoint_.port(); }
  // Connections from now on: with this certificate and key (PEM). `client_ca` (PEM, may be empty): clients
  // may show certificates of this authority.
  void use_tls(const std::string& chain, const std::string& key, const std::string& client_ca);
  // Bound but not listening: the kernel answers with RST, and nobody else can take the port.
  void refuse(bool refused);
  void close();

 private:
  void bind();
  void listen();
  boost::asio::awaitable<void> accept_all(std::shared_ptr<boost::asio::ip::tcp::acceptor> acceptor);

  ServerState& state_;
  boost::asio::ip::tcp::endpoint endpoint_;
  std::shared_ptr<boost::asio::ip::tcp::acceptor> acceptor_;
  bool refused_ = false;
  std::shared_ptr<boost::asio::ssl::context> tls_;  // null: plain
};

}  // namespace headgate::fakeapi
