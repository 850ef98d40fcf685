#include "app/open_listener.h"

#include <cstring>
#include <string>

#include <boost/asio/ip/v6_only.hpp>

namespace headgate::app {

using boost::asio::ip::tcp;
using boost::system::error_code;

Result<void> open_listener(tcp::acceptor& acceptor, const SocketAddress& address, std::string_view name) {
  tcp::endpoint endpoint;
  std::memcpy(endpoint.data(), address.data(), address.size());
  error_code error;
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error && address.is_v6()) acceptor.set_option(boost::asio::ip::v6_only(false), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(boost::asio::socket_base::max_listen_connections, error);
  if (!error) return {};
  error_code ignored;  // what matters has been said
  acceptor.close(ignored);
  return fail(std::string(name) + ": cannot listen on " + address.to_string() + ": " + error.message());
}

std::uint16_t port_of(const tcp::acceptor& acceptor) {
  error_code error;
  const tcp::endpoint endpoint = acceptor.local_endpoint(error);
  return error ? std::uint16_t{0} : endpoint.port();
}

}  // namespace headgate::app
