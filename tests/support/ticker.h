// A steady beat for tests that do something many times a second (a kernel timer; missed beats are caught up).
#pragma once

#include <sys/timerfd.h>

#include <chrono>
#include <cstdint>

#include "support/file_descriptor.h"

namespace headgate::test_support {

class Ticker {
 public:
  explicit Ticker(std::chrono::milliseconds period) : timer_(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC)) {
    const itimerspec every{{period.count() / 1000, (period.count() % 1000) * 1000000},
                           {period.count() / 1000, (period.count() % 1000) * 1000000}};
    ::timerfd_settime(timer_.get(), 0, &every, nullptr);
  }
  // Blocks until the next beat.
  void next() {
    if (due_ == 0 && ::read(timer_.get(), &due_, sizeof due_) != sizeof due_) due_ = 1;
    --due_;
  }

 private:
  FileDescriptor timer_;
  std::uint64_t due_ = 0;
};

}  // namespace headgate::test_support
