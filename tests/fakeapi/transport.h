// The bytes of one connection, plain or TLS. One thread; one read and one write may be under way at a time.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>

namespace headgate::fakeapi {

// Every operation throws boost::system::system_error.
class Transport {
 public:
  virtual ~Transport() = default;

  virtual boost::asio::awaitable<void> handshake() = 0;
  virtual boost::asio::awaitable<std::size_t> read_some(boost::asio::mutable_buffer into) = 0;
  virtual boost::asio::awaitable<void> write(std::string_view bytes) = 0;
  // The common name of the client's certificate; empty: it showed none.
  [[nodiscard]] virtual std::string client_name() const = 0;
  virtual boost::asio::ip::tcp::socket& socket() = 0;

  // Ends it with FIN, or with RST.
  void close();
  void reset();
};

// `tls` null: plain TCP.
std::unique_ptr<Transport> make_transport(boost::asio::ip::tcp::socket socket,
                                          const std::shared_ptr<boost::asio::ssl::context>& tls);

}  // namespace headgate::fakeapi
