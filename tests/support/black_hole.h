// A pod address where connecting neither succeeds nor fails: a listener whose accept queue is full.
#pragma once

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdint>
#include <stdexcept>
#include <vector>

#include "support/file_descriptor.h"

namespace headgate::test_support {

class BlackHole {
 public:
  BlackHole() : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (::bind(listener_.get(), reinterpret_cast<sockaddr*>(&address), size) != 0 ||
        ::listen(listener_.get(), 0) != 0 ||
        ::getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0) {
      throw std::runtime_error("no black hole");
    }
    port_ = ntohs(address.sin_port);
    for (int i = 0; i < 8; ++i) {  // more than a queue of no length takes
      fillers_.emplace_back(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
      if (::connect(fillers_.back().get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0)
        continue;
    }
  }

  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  FileDescriptor listener_;
  std::vector<FileDescriptor> fillers_;
  std::uint16_t port_ = 0;
};

}  // namespace headgate::test_support
