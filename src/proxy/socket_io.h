// recv(2) and send(2) on a non-blocking socket, said as IoResults: the only calls of either in the data
// plane.
#pragma once

#include <cstddef>

#include "proxy/byte_stream.h"

namespace headgate::proxy {

IoResult receive_now(int fd, char* data, std::size_t size);
IoResult send_now(int fd, const char* data, std::size_t size);
// True where a read would block: nothing has been sent and the other side has not closed.
bool socket_is_quiet(int fd);
// The other side has closed, and nothing of what it sent is unread.
bool has_fin(int fd);
// Everything that was sent has arrived: its acknowledgements are here (tcp(7), SIOCOUTQ).
bool all_is_acknowledged(int fd);

}  // namespace headgate::proxy
