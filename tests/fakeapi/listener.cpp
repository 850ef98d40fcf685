#include <fcntl.h>

#include <utility>

#include "fakeapi/listener.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "fakeapi/connection.h"

namespace headgate::fakeapi {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

// A program that a test starts must not hold the port or a connection open.
void keep_from_children(int descriptor) { (void)::fcntl(descriptor, F_SETFD, FD_CLOEXEC); }

}  // namespace

Listener::Listener(ServerState& state, const std::string& address, std::uint16_t port)
    : state_(state), endpoint_(asio::ip::make_address(address), port) {
  bind();
  listen();
}

void Listener::bind() {
  acceptor_ = std::make_shared<tcp::acceptor>(state_.io);
  acceptor_->open(endpoint_.protocol());
  keep_from_children(acceptor_->native_handle());
  acceptor_->set_option(tcp::acceptor::reuse_address(true));
  acceptor_->bind(endpoint_);
  endpoint_ = acceptor_->local_endpoint();
}

void Listener::listen() {
  acceptor_->listen();
  asio::co_spawn(state_.io, accept_all(acceptor_), asio::detached);
}

void Listener::refuse(bool refused) {
  if (refused == std::exchange(refused_, refused)) return;
  if (refused) {
    close();
    bind();
  } else {
    listen();
  }
}

void Listener::close() {
  error_code ignored;
  acceptor_->close(ignored);  // it may be closed already
}

void Listener::use_tls(const std::string& chain, const std::string& key, const std::string& client_ca) {
  auto context = std::make_shared<asio::ssl::context>(asio::ssl::context::tls_server);
  SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
  context->use_certificate_chain(asio::buffer(chain));
  context->use_private_key(asio::buffer(key), asio::ssl::context::pem);
  if (!client_ca.empty()) {
    context->add_certificate_authority(asio::buffer(client_ca));
    context->set_verify_mode(asio::ssl::verify_peer);
  }
  tls_ = std::move(context);
}

asio::awaitable<void> Listener::accept_all(std::shared_ptr<tcp::acceptor> acceptor) {
  while (acceptor->is_open()) {
    error_code error;
    tcp::socket socket = co_await acceptor->async_accept(asio::redirect_error(asio::use_awaitable, error));
    if (error == asio::error::operation_aborted) co_return;
    if (error) continue;  // that client gave up
    keep_from_children(socket.native_handle());
    socket.set_option(tcp::no_delay(true), error);
    Connection::start(std::make_shared<Connection>(state_, make_transport(std::move(socket), tls_)));
  }
}

}  // namespace headgate::fakeapi
