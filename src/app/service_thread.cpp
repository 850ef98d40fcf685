#include "app/service_thread.h"

#include <cstring>
#include <string>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/v6_only.hpp>

#include "app/http_service.h"

namespace headgate::app {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

ServiceThread::~ServiceThread() { stop(); }

Result<void> ServiceThread::listen(const SocketAddress& address, std::string_view name) {
  tcp::endpoint endpoint;
  std::memcpy(endpoint.data(), address.data(), address.size());
  error_code error;
  acceptor_.open(endpoint.protocol(), error);
  if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error && address.is_v6()) acceptor_.set_option(asio::ip::v6_only(false), error);
  if (!error) acceptor_.bind(endpoint, error);
  if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
  if (!error) return {};
  error_code ignored;  // what matters has been said
  acceptor_.close(ignored);
  return fail(std::string(name) + ": cannot listen on " + address.to_string() + ": " + error.message());
}

std::uint16_t ServiceThread::port() const {
  error_code error;
  const tcp::endpoint endpoint = acceptor_.local_endpoint(error);
  return error ? std::uint16_t{0} : endpoint.port();
}

void ServiceThread::start(std::function<void(tcp::socket)> take) {
  asio::co_spawn(io_, accept_all(acceptor_, std::move(take)), asio::detached);
  thread_ = std::thread([this] { io_.run(); });
}

void ServiceThread::stop() {
  io_.stop();
  if (thread_.joinable()) thread_.join();
  error_code ignored;  // there is nobody left to tell
  acceptor_.close(ignored);
}

}  // namespace headgate::app
