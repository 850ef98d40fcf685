// Gives out small dense numbers and takes them back. A number returned is given again only after the next
// publication, so that no Publication both frees and reuses one.
#pragma once

#include <cstdint>
#include <deque>
#include <vector>

namespace headgate::k8swatch {

class SlotPool {
 public:
  explicit SlotPool(std::uint32_t first) : next_(first) {}

  std::uint32_t take() {
    if (free_.empty()) return next_++;
    const std::uint32_t slot = free_.front();
    free_.pop_front();
    return slot;
  }
  void give_back(std::uint32_t slot) { returned_.push_back(slot); }
  // The Publication that tells of the returned slots is complete.
  void published() {
    free_.insert(free_.end(), returned_.begin(), returned_.end());
    returned_.clear();
  }

 private:
  std::uint32_t next_;
  std::deque<std::uint32_t> free_;  // the one free for the longest time first
  std::vector<std::uint32_t> returned_;
};

}  // namespace headgate::k8swatch
