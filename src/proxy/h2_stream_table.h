// The streams of one HTTP/2 connection by their id. Allocates nothing; ids of one client follow each other,
// so that as many streams as there are buckets do not collide.
#pragma once

#include <array>
#include <cstddef>

#include "proxy/h2_stream.h"

namespace headgate::proxy {

class H2StreamTable {
 public:
  [[nodiscard]] H2Stream* find(http::StreamId id) const {
    H2Stream* stream = buckets_[bucket(id)];
    while (stream != nullptr && stream->id() != id) stream = stream->next_in_bucket;
    return stream;
  }
  void insert(H2Stream& stream) {
    H2Stream*& head = buckets_[bucket(stream.id())];
    stream.next_in_bucket = head;
    head = &stream;
    all_.push_back(stream);
    ++size_;
  }
  void erase(H2Stream& stream) {
    H2Stream** link = &buckets_[bucket(stream.id())];
    while (*link != &stream) link = &(*link)->next_in_bucket;
    *link = stream.next_in_bucket;
    stream.next_in_bucket = nullptr;
    all_.erase(all_.iterator_to(stream));
    --size_;
  }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] H2Stream& front() { return all_.front(); }
  // `visit` may erase the stream it is called with, and no other.
  template <typename Visit>
  void for_each(Visit&& visit) {
    for (auto at = all_.begin(); at != all_.end();) visit(*at++);
  }

 private:
  static constexpr std::size_t kBuckets = 64;
  // A client's ids are odd.
  static std::size_t bucket(http::StreamId id) { return static_cast<std::size_t>(id >> 1) % kBuckets; }

  std::array<H2Stream*, kBuckets> buckets_{};
  boost::intrusive::list<H2Stream, boost::intrusive::base_hook<H2StreamHook>,
                         boost::intrusive::constant_time_size<false>>
      all_;
  std::size_t size_ = 0;
};

}  // namespace headgate::proxy
