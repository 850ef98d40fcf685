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

void ClientInfo::set_peer(const SocketAddress& peer) {
  const std::string ip = peer.ip_string();
  ip_size_ = static_cast<std::uint8_t>(std::min(ip.size(), ip_.size()));
  std::memcpy(ip_.data(), ip.data(), ip_size_);
}

void ClientInfo::set_server_port(std::uint16_t server_port) {
  port = PortText(std::to_string(server_port));
  https = https || server_port == 443;
}

}  // namespace headgate::proxy
