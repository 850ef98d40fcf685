#include "proxy/h2_stream_pool.h"

#include "proxy/h2_stream.h"

namespace headgate::proxy {

H2StreamPool::H2StreamPool() { free_.reserve(kMostKept); }

H2StreamPool::~H2StreamPool() = default;

H2Stream* H2StreamPool::acquire() {
  if (free_.empty()) return new H2Stream();
  H2Stream* const stream = free_.back().release();
  free_.pop_back();
  return stream;
}

void H2StreamPool::release(H2Stream* stream) {
  std::unique_ptr<H2Stream> owned(stream);
  if (free_.size() >= kMostKept) return;
  owned->clear();
  free_.push_back(std::move(owned));
}

}  // namespace headgate::proxy
