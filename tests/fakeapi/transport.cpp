#include <utility>

#include "fakeapi/transport.h"

#include <openssl/x509.h>

#include <array>

#include <boost/asio/socket_base.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

namespace headgate::fakeapi {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

class PlainTransport : public Transport {
 public:
  explicit PlainTransport(tcp::socket socket) : socket_(std::move(socket)) {}

  asio::awaitable<void> handshake() override { co_return; }
  asio::awaitable<std::size_t> read_some(asio::mutable_buffer into) override {
    co_return co_await socket_.async_read_some(into, asio::use_awaitable);
  }
  asio::awaitable<void> write(std::string_view bytes) override {
    co_await asio::async_write(socket_, asio::buffer(bytes.data(), bytes.size()), asio::use_awaitable);
  }
  [[nodiscard]] std::string client_name() const override { return ""; }
  tcp::socket& socket() override { return socket_; }

 private:
  tcp::socket socket_;
};

class TlsTransport : public Transport {
 public:
  TlsTransport(tcp::socket socket, std::shared_ptr<asio::ssl::context> context)
      : context_(std::move(context)), stream_(std::move(socket), *context_) {}

  asio::awaitable<void> handshake() override {
    co_await stream_.async_handshake(asio::ssl::stream_base::server, asio::use_awaitable);
  }
  asio::awaitable<std::size_t> read_some(asio::mutable_buffer into) override {
    co_return co_await stream_.async_read_some(into, asio::use_awaitable);
  }
  asio::awaitable<void> write(std::string_view bytes) override {
    co_await asio::async_write(stream_, asio::buffer(bytes.data(), bytes.size()), asio::use_awaitable);
  }
  [[nodiscard]] std::string client_name() const override {
    X509* const certificate =
        SSL_get0_peer_certificate(const_cast<TlsTransport*>(this)->stream_.native_handle());
    if (certificate == nullptr) return "";
    std::array<char, 256> name{};
    const int length = X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName,
                                                 name.data(), static_cast<int>(name.size()));
    return length > 0 ? std::string(name.data(), static_cast<std::size_t>(length)) : "";
  }
  tcp::socket& socket() override { return stream_.next_layer(); }

 private:
  std::shared_ptr<asio::ssl::context> context_;  // must outlive the stream, and the server may change its own
  asio::ssl::stream<tcp::socket> stream_;
};

}  // namespace

void Transport::close() {
  boost::system::error_code ignored;  // it may be closed already
  socket().shutdown(tcp::socket::shutdown_send, ignored);
  socket().close(ignored);
}

void Transport::reset() {
  boost::system::error_code ignored;
  socket().set_option(asio::socket_base::linger(true, 0), ignored);
  socket().close(ignored);
}

std::unique_ptr<Transport> make_transport(tcp::socket socket,
                                          const std::shared_ptr<asio::ssl::context>& tls) {
  if (tls == nullptr) return std::make_unique<PlainTransport>(std::move(socket));
  return std::make_unique<TlsTransport>(std::move(socket), tls);
}

}  // namespace headgate::fakeapi
