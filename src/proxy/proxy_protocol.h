// The PROXY header with which a load balancer in front begins each connection: who the client is, and where
// it connected to. Versions 1 and 2 of "The PROXY protocol" (HAProxy, doc/proxy-protocol.txt). Sans-I/O, no
// state between calls, no allocation.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/socket_address.h"

namespace headgate::proxy {

enum class ProxyHeaderStatus : std::uint8_t {
  complete,
  incomplete,  // call again, from the start, with more bytes
  malformed,   // no PROXY header, or one that breaks the rules
};

// The longest line of version 1, CRLF included (§2.1).
inline constexpr std::size_t kMaxProxyLine = 107;
// The longest header of version 2 that is taken: 16 bytes, at most 216 of addresses, and TLVs. The same bound
// as nginx's.
inline constexpr std::size_t kMaxProxyHeader = 4096;

struct ProxyHeader {
  ProxyHeaderStatus status = ProxyHeaderStatus::incomplete;
  std::size_t size = 0;  // where complete: bytes of the header; what follows is the client's
  // False: the connection is the balancer's own (LOCAL), or its addresses are unknown or not TCP over IP: the
  // peer of the socket is the client.
  bool has_addresses = false;
  SocketAddress source;
  SocketAddress destination;
};

// `data`: everything received so far.
ProxyHeader read_proxy_header(std::string_view data);

}  // namespace headgate::proxy
