#include "net/tcp.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>
#include <charconv>
#include <stdexcept>
#include <system_error>

namespace headgate::bench {
namespace {

constexpr int kBacklog = 4096;

[[noreturn]] void fail(const char* call) { throw std::system_error(errno, std::generic_category(), call); }

void set_flag(int fd, int level, int option, const char* name) {
  const int one = 1;
  if (::setsockopt(fd, level, option, &one, sizeof one) != 0) fail(name);
}

Fd open_socket() {
  Fd fd(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd.valid()) fail("socket");
  return fd;
}

}  // namespace

sockaddr_in parse_address(const std::string& text) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  const auto colon = text.rfind(':');
  std::uint16_t port = 0;
  if (colon == std::string::npos) throw std::invalid_argument("not an address a.b.c.d:port: " + text);
  const auto [end, error] = std::from_chars(text.data() + colon + 1, text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size() ||
      ::inet_pton(AF_INET, text.substr(0, colon).c_str(), &address.sin_addr) != 1)
    throw std::invalid_argument("not an address a.b.c.d:port: " + text);
  address.sin_port = htons(port);
  return address;
}

Fd listen_on(std::uint16_t port) {
  Fd fd = open_socket();
  set_flag(fd.get(), SOL_SOCKET, SO_REUSEADDR, "SO_REUSEADDR");
  set_flag(fd.get(), IPPROTO_TCP, TCP_NODELAY, "TCP_NODELAY");  // inherited by what is accepted
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) fail("bind");
  if (::listen(fd.get(), kBacklog) != 0) fail("listen");
  return fd;
}

Fd accept_from(int listener) {
  Fd fd(::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (!fd.valid() && errno != EAGAIN && errno != EWOULDBLOCK && errno != ECONNABORTED) fail("accept4");
  return fd;
}

Fd connect_to(const sockaddr_in& to, const sockaddr_in* from) {
  Fd fd = open_socket();
  set_flag(fd.get(), IPPROTO_TCP, TCP_NODELAY, "TCP_NODELAY");
  if (from != nullptr) {
    // Without this bind() would reserve a port for every destination, and a busy address would run out of
    // them.
    set_flag(fd.get(), IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, "IP_BIND_ADDRESS_NO_PORT");
    if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(from), sizeof *from) != 0) fail("bind");
  }
  if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0 && errno != EINPROGRESS)
    fail("connect");
  return fd;
}

}  // namespace headgate::bench
