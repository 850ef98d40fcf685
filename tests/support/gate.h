// A door between the threads of a test: closed at first, opened once, for all.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

#include "support/deadline.h"

namespace headgate::test_support {

class Gate {
 public:
  void open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  // False: still closed after `within`.
  bool wait(std::chrono::milliseconds within = kPatience) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, within, [this] { return open_; });
  }
  [[nodiscard]] bool is_open() {
    const std::lock_guard lock(mutex_);
    return open_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = false;
};

}  // namespace headgate::test_support
