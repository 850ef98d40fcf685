// A bound on what many holders, on several threads, keep together. Asked for contents of buffered requests
// and answers only, once for each piece that is read of them.
#pragma once

#include <atomic>
#include <cstdint>
#include <utility>

namespace headgate::proxy {

// Thread-safe. Outlives its Shares.
class SharedByteBudget {
 public:
  explicit SharedByteBudget(std::uint64_t most) : most_(most) {}
  SharedByteBudget(const SharedByteBudget&) = delete;
  SharedByteBudget& operator=(const SharedByteBudget&) = delete;

  // What one holder has of it; given back at its end. One thread at a time.
  class Share {
   public:
    explicit Share(SharedByteBudget& budget) : budget_(&budget) {}
    Share(const Share&) = delete;
    Share& operator=(const Share&) = delete;
    ~Share() { give_back(); }
    // False: there are not that many left, and the share is as it was.
    [[nodiscard]] bool take(std::uint64_t bytes) {
      if (!budget_->take(bytes)) return false;
      bytes_ += bytes;
      return true;
    }
    // No more than it has.
    void give_back(std::uint64_t bytes) {
      bytes_ -= bytes;
      budget_->used_.fetch_sub(bytes, std::memory_order_relaxed);
    }
    void give_back() { budget_->used_.fetch_sub(std::exchange(bytes_, 0), std::memory_order_relaxed); }

   private:
    SharedByteBudget* budget_;
    std::uint64_t bytes_ = 0;
  };

  [[nodiscard]] std::uint64_t used() const { return used_.load(std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t most() const { return most_; }

 private:
  // Never counts what it refuses, not even for a moment: another thread would be refused for nothing.
  bool take(std::uint64_t bytes) {
    std::uint64_t used = used_.load(std::memory_order_relaxed);
    do {
      if (bytes > most_ - used) return false;
    } while (!used_.compare_exchange_weak(used, used + bytes, std::memory_order_relaxed));
    return true;
  }

  const std::uint64_t most_;
  std::atomic<std::uint64_t> used_{0};
};

}  // namespace headgate::proxy
