// Finding and locking free ports.
#include "support/port_reservation.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cstddef>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <random>
#include <stdexcept>
#include <string>

namespace headgate::test_support {
namespace {

constexpr unsigned kLowest = 10300;  // above the well-known ones and Headgate's own defaults
constexpr int kAttempts = 2000;

unsigned first_local_port() {
  std::ifstream range("/proc/sys/net/ipv4/ip_local_port_range");
  unsigned low = 0;
  return range >> low && low > kLowest + 1000 ? low : 32768;
}

FileDescriptor lock_of(unsigned port) {
  FileDescriptor lock(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string name = "headgate-test-port-" + std::to_string(port);
  std::memcpy(address.sun_path + 1, name.data(), name.size());  // leading NUL: no file
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
  if (::bind(lock.get(), reinterpret_cast<sockaddr*>(&address), size) != 0) return {};
  return lock;
}

bool can_be_bound(unsigned port) {
  const FileDescriptor probe(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const int on = 1;
  ::setsockopt(probe.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);  // TIME_WAIT is no obstacle
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_ANY);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  return ::bind(probe.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
}

}  // namespace

PortReservation::PortReservation(unsigned count) {
  std::random_device random;
  const unsigned span = first_local_port() - kLowest - count;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    const unsigned candidate = kLowest + random() % span;
    locks_.clear();
    for (unsigned port = candidate; port < candidate + count; ++port) {
      FileDescriptor lock = lock_of(port);
      if (!lock.is_open() || !can_be_bound(port)) break;
      locks_.push_back(std::move(lock));
    }
    if (locks_.size() == count) {
      first_ = static_cast<std::uint16_t>(candidate);
      return;
    }
  }
  throw std::runtime_error("no free TCP port found for a test");
}

}  // namespace headgate::test_support
