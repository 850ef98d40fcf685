#include "proxy/client_info.h"

#include <algorithm>
#include <cstring>
#include <string>

namespace headgate::proxy {

ClientInfo::ClientInfo(const SocketAddress& peer, std::string_view listener_port, bool over_tls)
    : port(over_tls ? "443" : listener_port), https(over_tls) {
  set_peer(peer);
}

void ClientInfo::set_peer(const SocketAddress& peer) {
  const std::string ip = peer.ip_string();
  ip_size_ = static_cast<std::uint8_t>(std::min(ip.size(), ip_.size()));
  std::memcpy(ip_.data(), ip.data(), ip_size_);
}

}  // namespace headgate::proxy
