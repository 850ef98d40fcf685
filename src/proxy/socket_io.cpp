#include "proxy/socket_io.h"

#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <cerrno>

namespace headgate::proxy {

IoResult receive_now(int fd, char* data, std::size_t size) {
  while (true) {
    const ssize_t n = ::recv(fd, data, size, 0);
    if (n > 0) return {IoStatus::done, static_cast<std::size_t>(n)};
    if (n == 0) return {IoStatus::closed};
    if (errno == EINTR) continue;
    return {errno == EAGAIN ? IoStatus::would_block : IoStatus::failed};
  }
}

IoResult send_now(int fd, const char* data, std::size_t size) {
  while (true) {
    const ssize_t n = ::send(fd, data, size, MSG_NOSIGNAL);
    if (n >= 0) return {IoStatus::done, static_cast<std::size_t>(n)};
    if (errno == EINTR) continue;
    return {errno == EAGAIN ? IoStatus::would_block : IoStatus::failed};
  }
}

bool socket_is_quiet(int fd) {
  char byte = 0;
  return ::recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && errno == EAGAIN;
}

bool has_fin(int fd) {
  char byte = 0;
  return ::recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

bool all_is_acknowledged(int fd) {
  int waiting = 0;
  return ::ioctl(fd, SIOCOUTQ, &waiting) == 0 && waiting == 0;
}

}  // namespace headgate::proxy
