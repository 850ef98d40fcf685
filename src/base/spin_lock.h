// A lock for critical sections of some tens of nanoseconds that are almost never contended: one atomic
// exchange to take it, one store to give it back. Who waits for long yields, in case the holder has lost its
// core. A BasicLockable for std::lock_guard.
#pragma once

#include <sched.h>

#include <atomic>

namespace headgate {

class SpinLock {
 public:
  void lock() {
    constexpr int kSpins = 64;
    for (int spins = 0; held_.exchange(true, std::memory_order_acquire);) {
      while (held_.load(std::memory_order_relaxed))
        if (++spins % kSpins == 0) sched_yield();
    }
  }
  void unlock() { held_.store(false, std::memory_order_release); }

 private:
  std::atomic<bool> held_{false};
};

}  // namespace headgate
