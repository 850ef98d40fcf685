// The raw client's sockets.
#include "support/raw_client.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace headgate::test_support {

FileDescriptor connect_to(std::uint16_t port, const ClientOptions& options) {
  const bool v6 = options.address.find(':') != std::string::npos;
  FileDescriptor fd(::socket(v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (options.receive_buffer > 0) {
    ::setsockopt(fd.get(), SOL_SOCKET, SO_RCVBUF, &options.receive_buffer, sizeof options.receive_buffer);
  }
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  ::inet_pton(AF_INET, options.address.c_str(), &address.sin_addr);
  sockaddr_in6 address6{};
  address6.sin6_family = AF_INET6;
  address6.sin6_port = htons(port);
  ::inet_pton(AF_INET6, options.address.c_str(), &address6.sin6_addr);
  const auto* const to =
      v6 ? reinterpret_cast<const sockaddr*>(&address6) : reinterpret_cast<const sockaddr*>(&address);
  if (::connect(fd.get(), to, v6 ? sizeof address6 : sizeof address) != 0) {
    throw std::runtime_error("connect to " + options.address + ":" + std::to_string(port) + ": " +
                             std::strerror(errno));
  }
  const int on = 1;
  ::setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return fd;
}

RawClient::RawClient(std::uint16_t port, const ClientOptions& options)
    : socket_(connect_to(port, options)), reader_(socket_.get()) {}

ssize_t RawClient::send_some(std::string_view bytes) {
  const ssize_t sent = ::send(fd(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  if (sent >= 0) return sent;
  return errno == EAGAIN || errno == EINTR ? 0 : -1;
}

bool RawClient::send(std::string_view bytes, std::chrono::milliseconds within) {
  const Deadline deadline(within);
  while (!bytes.empty()) {
    const ssize_t sent = send_some(bytes);
    if (sent < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
    if (sent == 0) {
      pollfd ready{fd(), POLLOUT, 0};
      if (::poll(&ready, 1, deadline.poll_timeout()) <= 0 && deadline.passed()) return false;
    }
  }
  return true;
}

void RawClient::half_close() { ::shutdown(fd(), SHUT_WR); }

void RawClient::reset() {
  const linger hard{1, 0};
  ::setsockopt(fd(), SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
  socket_.reset();
}

HttpResponse get(std::uint16_t port, std::string_view host, std::string_view path, std::string_view fields) {
  RawClient client(port);
  return client.exchange(
      make_request("GET", host, path, std::string("Connection: close\r\n").append(fields)));
}

}  // namespace headgate::test_support
