// H2Streams for reuse, as ExchangePool has Exchanges. Owned by the Worker.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

namespace headgate::proxy {

class H2Stream;

class H2StreamPool {
 public:
  H2StreamPool();
  ~H2StreamPool();
  H2StreamPool(const H2StreamPool&) = delete;
  H2StreamPool& operator=(const H2StreamPool&) = delete;

  H2Stream* acquire();
  // Clears it.
  void release(H2Stream* stream);

 private:
  // After a peak the memory goes back; what is kept is bounded by the number in use.
  static constexpr std::size_t kMostKept = 1024;
  std::vector<std::unique_ptr<H2Stream>> free_;
};

}  // namespace headgate::proxy
