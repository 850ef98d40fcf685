// What a WebSocket handshake proves (RFC 6455 §4.2.2), for clients that do not make it themselves: over
// HTTP/2 there is none (RFC 8441 §5.1).
#pragma once

#include <array>
#include <string_view>

namespace headgate::http {

inline constexpr std::string_view kWebSocket = "websocket";

// The Sec-WebSocket-Accept that answers this Sec-WebSocket-Key.
std::array<char, 28> websocket_accept(std::string_view key);

}  // namespace headgate::http
