// Who is at the other end of a client connection and how it came in. Owned by the connection, the same for
// all its Exchanges.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "base/socket_address.h"
#include "tls/server_session.h"

namespace headgate::proxy {

struct ClientInfo {
  ClientInfo(const SocketAddress& peer, std::string_view listener_port, bool over_tls);
  // The client is `peer`: what a PROXY header says.
  void set_peer(const SocketAddress& peer);

  [[nodiscard]] std::string_view remote_ip() const { return {ip_.data(), ip_size_}; }
  [[nodiscard]] std::string_view scheme() const { return https ? "https" : "http"; }

  std::string_view port;  // for X-Forwarded-Port: the listener's; "443" over TLS
  bool https = false;
  const tls::SessionFacts* tls = nullptr;  // of the connection's Transport; null on plain connections

 private:
  std::array<char, 46> ip_{};
  std::uint8_t ip_size_ = 0;
};

}  // namespace headgate::proxy
