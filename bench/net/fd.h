// Owner of one file descriptor.
#pragma once

#include <unistd.h>

#include <utility>

namespace headgate::bench {

// Closes the descriptor when destroyed. Movable, single-threaded.
class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept {
    if (this != &other) {
      reset();
      fd_ = std::exchange(other.fd_, -1);
    }
    return *this;
  }
  ~Fd() { reset(); }

  [[nodiscard]] int get() const { return fd_; }
  [[nodiscard]] bool valid() const { return fd_ >= 0; }
  void reset() {
    if (fd_ >= 0) ::close(fd_);  // the peer sees FIN; a failed close leaves nothing to be done
    fd_ = -1;
  }

 private:
  int fd_ = -1;
};

}  // namespace headgate::bench
