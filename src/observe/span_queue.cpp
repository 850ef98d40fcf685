#include "observe/span_queue.h"

#include <utility>

namespace headgate::observe {

SpanQueue::SpanQueue(std::function<void()> wake) : wake_(std::move(wake)), head_(new Node), tail_(head_) {}

SpanQueue::~SpanQueue() {
  while (head_ != nullptr) {
    Node* const next = head_->next.load(std::memory_order_relaxed);
    delete head_;
    head_ = next;
  }
}

bool SpanQueue::push(std::string span) {
  // taken_ may be older than it is: then there seem to be more.
  const std::uint64_t waiting = size();
  if (waiting >= most_.load(std::memory_order_relaxed)) {
    dropped_.add();
    return false;
  }
  auto* const node = new Node;
  node->span = std::move(span);
  pushed_.add();
  tail_->next.store(node, std::memory_order_release);
  tail_ = node;
  if (wake_ && waiting + 1 == wake_at_.load(std::memory_order_relaxed)) wake_();
  return true;
}

void SpanQueue::set_limits(std::uint64_t most, std::uint64_t wake_at) {
  most_.store(most, std::memory_order_relaxed);
  wake_at_.store(wake_at, std::memory_order_relaxed);
}

bool SpanQueue::take(std::vector<std::string>& out, std::size_t most, std::size_t& room) {
  while (out.size() < most) {
    Node* const next = head_->next.load(std::memory_order_acquire);
    if (next == nullptr) return true;
    if (next->span.size() > room) return false;
    room -= next->span.size();
    out.push_back(std::move(next->span));
    delete std::exchange(head_, next);
    taken_.add();
  }
  return true;
}

std::uint64_t SpanQueue::size() const {
  // In this order: what has been taken was pushed before.
  const std::uint64_t taken = taken_.value();
  const std::uint64_t pushed = pushed_.value();
  return pushed < taken ? 0 : pushed - taken;
}

}  // namespace headgate::observe
