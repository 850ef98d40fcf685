#include "proxy/client_info.h"

#include <algorithm>
#include <cstring>
#include <string>

namespace headgate::proxy {

PortText::PortText(std::string_view text)
    : size_(static_cast<std::uint8_t>(std::min(text.size(), text_.size()))) {
  std::memcpy(text_.data(), text.data(), size_);
}

ClientInfo::ClientInfo(const SocketAddress& peer, std::string_view listener_port, bool over_tls)
    : port(over_tls ? std::string_view("443") : listener_port), https(over_tls) {
  set_peer(peer);
}

namespace {

std::uint8_t write_ip(const SocketAddress& address, std::array<char, 46>& out) {
  const std::string ip = address.ip_string();
  const std::size_t size = std::min(ip.size(), out.size());
  std::memcpy(out.data(), ip.data(), size);
  return static_cast<std::uint8_t>(size);
}

}  // namespace

void ClientInfo::set_peer(const SocketAddress& peer) {
  ip_size_ = write_ip(peer, ip_);
  remote_port = peer.port();
}

void ClientInfo::set_proxied(const SocketAddress& source) {
  proxied_ip_size_ = write_ip(source, proxied_ip_);
}

void ClientInfo::set_server_port(std::uint16_t server_port) {
  port = PortText(std::to_string(server_port));
  https = https || server_port == 443;
}

}  // namespace headgate::proxy
