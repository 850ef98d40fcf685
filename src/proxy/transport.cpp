#include "proxy/transport.h"

#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace headgate::proxy {

Transport::Transport(Transport&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

Transport& Transport::operator=(Transport&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

bool Transport::connect(const SocketAddress& address) {
  fd_ = ::socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd_ < 0) return false;
  const int on = 1;
  setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return ::connect(fd_, address.data(), address.size()) == 0 || errno == EINPROGRESS;
}

int Transport::connect_error() const {
  int error = 0;
  socklen_t size = sizeof error;
  if (getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error, &size) != 0) return errno;
  return error;
}

IoResult Transport::read(char* data, std::size_t size) {
  while (true) {
    const ssize_t n = ::recv(fd_, data, size, 0);
    if (n > 0) return {IoStatus::done, static_cast<std::size_t>(n)};
    if (n == 0) return {IoStatus::closed};
    if (errno == EINTR) continue;
    return {errno == EAGAIN ? IoStatus::would_block : IoStatus::failed};
  }
}

IoResult Transport::write(const char* data, std::size_t size) {
  while (true) {
    const ssize_t n = ::send(fd_, data, size, MSG_NOSIGNAL);
    if (n >= 0) return {IoStatus::done, static_cast<std::size_t>(n)};
    if (errno == EINTR) continue;
    return {errno == EAGAIN ? IoStatus::would_block : IoStatus::failed};
  }
}

IoStatus Transport::flush() { return IoStatus::done; }  // plain TCP: write() holds nothing

bool Transport::is_quiet() const {
  char byte = 0;
  return ::recv(fd_, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && errno == EAGAIN;
}

void Transport::shutdown_write() { ::shutdown(fd_, SHUT_WR); }

void Transport::reset_on_close() {
  const linger hard{1, 0};
  setsockopt(fd_, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
}

void Transport::close() {
  if (fd_ < 0) return;
  ::close(fd_);
  fd_ = -1;
}

}  // namespace headgate::proxy
