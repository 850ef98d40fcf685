// Who is at the other end of a client connection and how it came in. Owned by the connection, the same for
// all its Exchanges.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "base/socket_address.h"
#include "tls/server_session.h"

namespace headgate::proxy {

// A port as text, in its own memory: copied with the ClientInfo that holds it.
class PortText {
 public:
  PortText(std::string_view text);  // at most 5 characters count
  operator std::string_view() const { return {text_.data(), size_}; }

 private:
  std::array<char, 5> text_{};
  std::uint8_t size_ = 0;
};

struct ClientInfo {
  ClientInfo(const SocketAddress& peer, std::string_view listener_port, bool over_tls);
  // The client is `peer`: what a PROXY header says.
  void set_peer(const SocketAddress& peer);
  // What a PROXY header says, whether or not it is believed.
  void set_proxied(const SocketAddress& source);
  // It connected to that port of the balancer before us; 443 is https there, whatever it is here
  // (ingress-nginx's rule).
  void set_server_port(std::uint16_t server_port);

  [[nodiscard]] std::string_view remote_ip() const { return {ip_.data(), ip_size_}; }
  [[nodiscard]] std::string_view proxied_ip() const { return {proxied_ip_.data(), proxied_ip_size_}; }
  [[nodiscard]] std::string_view scheme() const { return https ? "https" : "http"; }

  PortText port;       // for X-Forwarded-Port: the listener's; "443" over TLS; or what a PROXY header says
  bool https = false;  // over TLS, or so the balancer before us says: `tls` knows
  std::uint64_t number = 0;                // of the connection, of all since the start; for logs
  std::uint16_t remote_port = 0;           // of remote_ip()
  const tls::SessionFacts* tls = nullptr;  // of the connection's Transport; null on plain connections

 private:
  std::array<char, 46> ip_{};
  std::uint8_t ip_size_ = 0;
  std::uint8_t proxied_ip_size_ = 0;  // 0: no PROXY header came
  std::array<char, 46> proxied_ip_{};
};

}  // namespace headgate::proxy
