// The spans of one Worker on their way to the collector: written by the Worker, taken by the control thread,
// without a lock. Bounded: what does not fit is dropped and counted, nobody waits.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "observe/counter.h"

namespace headgate::observe {

class SpanQueue {
 public:
  // Until set_limits() says otherwise.
  static constexpr std::uint64_t kUsualLimit = 2048;

  // `wake` is called on the Worker's thread when so many wait that they should be taken; may be empty.
  explicit SpanQueue(std::function<void()> wake);
  ~SpanQueue();
  SpanQueue(const SpanQueue&) = delete;
  SpanQueue& operator=(const SpanQueue&) = delete;

  // The Worker's thread. False: it is full, and the span is gone.
  bool push(std::string span);

  // --- One other thread ---

  // At most `most` wait; with `wake_at` of them `wake` is called.
  void set_limits(std::uint64_t most, std::uint64_t wake_at);
  // Moves spans from the front to the end of `out`, while their bytes fit into `room`, which is lessened,
  // and `out` holds fewer than `most`. False: the next one did not fit.
  bool take(std::vector<std::string>& out, std::size_t most, std::size_t& room);

  // Any thread.
  [[nodiscard]] std::uint64_t size() const;
  [[nodiscard]] std::uint64_t dropped() const { return dropped_.value(); }

 private:
  struct Node {
    std::string span;
    std::atomic<Node*> next{nullptr};
  };

  const std::function<void()> wake_;
  // The first node is one whose span has been taken.
  Node* head_;  // the taker's
  Node* tail_;  // the Worker's
  std::atomic<std::uint64_t> most_{kUsualLimit};
  std::atomic<std::uint64_t> wake_at_{kUsualLimit};
  Counter pushed_;
  Counter taken_;
  Counter dropped_;
};

}  // namespace headgate::observe
