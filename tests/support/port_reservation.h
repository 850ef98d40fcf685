// TCP ports that no other test program on this machine is using, for as long as the reservation lives.
//
// Binding port 0 and letting go is a race: another program, or a connection's own local port, may get it
// before the process under test binds it. So ports come from below the range of local ports, and each is
// locked between test programs by an abstract Unix socket named after it (the kernel frees it when the holder
// dies).
#pragma once

#include <cstdint>
#include <vector>

#include "support/file_descriptor.h"

namespace headgate::test_support {

class PortReservation {
 public:
  // `count` ports in a row. Throws std::runtime_error where none are free.
  explicit PortReservation(unsigned count = 1);

  [[nodiscard]] std::uint16_t port(unsigned index = 0) const {
    return static_cast<std::uint16_t>(first_ + index);
  }

 private:
  std::uint16_t first_ = 0;
  std::vector<FileDescriptor> locks_;
};

}  // namespace headgate::test_support
