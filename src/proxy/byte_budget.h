// A bound on what many holders keep in memory together. One thread.
#pragma once

#include <cstddef>
#include <utility>

namespace headgate::proxy {

// Outlives its Shares.
class ByteBudget {
 public:
  explicit ByteBudget(std::size_t most) : most_(most) {}
  ByteBudget(const ByteBudget&) = delete;
  ByteBudget& operator=(const ByteBudget&) = delete;

  // What one holder has of it; given back at its end.
  class Share {
   public:
    Share() = default;
    explicit Share(ByteBudget& budget) : budget_(&budget) {}
    Share(Share&& other) noexcept
        : budget_(std::exchange(other.budget_, nullptr)), bytes_(std::exchange(other.bytes_, 0)) {}
    Share& operator=(Share&&) = delete;
    ~Share() {
      if (budget_ != nullptr) budget_->used_ -= bytes_;
    }
    // False: there are not that many left, and the share is as it was.
    [[nodiscard]] bool take(std::size_t bytes) {
      if (budget_ == nullptr || bytes > budget_->most_ - budget_->used_) return false;
      budget_->used_ += bytes;
      bytes_ += bytes;
      return true;
    }

   private:
    ByteBudget* budget_ = nullptr;
    std::size_t bytes_ = 0;
  };

  [[nodiscard]] std::size_t used() const { return used_; }

 private:
  std::size_t most_;
  std::size_t used_ = 0;
};

}  // namespace headgate::proxy
