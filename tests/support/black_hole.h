// A pod address where connecting neither succeeds nor fails: a listener whose accept queue is full.
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <vector>

#include "support/loopback.h"

namespace headgate::test_support {

class BlackHole {
 public:
  BlackHole() {
    const sockaddr_in address = ipv4_address(kLoopback, port());
    for (int i = 0; i < 8; ++i) {  // more than a queue of no length takes
      fillers_.emplace_back(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
      // Some are made, the others wait: both are in the way.
      static_cast<void>(
          ::connect(fillers_.back().get(), reinterpret_cast<const sockaddr*>(&address), sizeof address));
    }
  }

  [[nodiscard]] std::uint16_t port() const { return listener_.port; }

 private:
  BoundSocket listener_ = listen_on(0);
  std::vector<FileDescriptor> fillers_;
};

}  // namespace headgate::test_support
