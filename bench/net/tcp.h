// The few socket calls the bench programs need: IPv4, non-blocking, TCP_NODELAY.
#pragma once

#include <netinet/in.h>

#include <cstdint>
#include <string>

#include "net/fd.h"

namespace headgate::bench {

// Parses "a.b.c.d:port". Throws std::invalid_argument naming the text.
sockaddr_in parse_address(const std::string& text);

// Listens on 127.0.0.1:`port`. Throws std::system_error.
Fd listen_on(std::uint16_t port);

// Accepts one connection; an invalid Fd where none is waiting. Throws std::system_error.
Fd accept_from(int listener);

// Starts a connection to `to`, from `from` where that is not null (address only; the kernel picks the port at
// connect time). Sending may be tried at once: EAGAIN until the connection is up. Throws std::system_error.
Fd connect_to(const sockaddr_in& to, const sockaddr_in* from);

}  // namespace headgate::bench
