// Opens a listening socket of the control plane (admin port, admission webhook).
#pragma once

#include <string_view>

#include <boost/asio/ip/tcp.hpp>

#include "base/result.h"
#include "base/socket_address.h"

namespace headgate::app {

// An address `::` also takes IPv4. Port 0: any free one. A failure begins with `name`, "admin port".
Result<void> open_listener(boost::asio::ip::tcp::acceptor& acceptor, const SocketAddress& address,
                           std::string_view name);

// Of an open listener; 0 where it is none.
std::uint16_t port_of(const boost::asio::ip::tcp::acceptor& acceptor);

}  // namespace headgate::app
