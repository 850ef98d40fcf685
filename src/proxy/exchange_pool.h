// Exchanges for reuse: an Exchange keeps its buffers' capacity, so that a busy Worker allocates nothing per
// request.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

namespace headgate::proxy {

class Exchange;

class ExchangePool {
 public:
  ExchangePool();
  ~ExchangePool();
  ExchangePool(const ExchangePool&) = delete;
  ExchangePool& operator=(const ExchangePool&) = delete;

  Exchange* acquire();
  void release(Exchange* exchange);

 private:
  // After a peak the memory goes back; what is kept is bounded by the number in use.
  static constexpr std::size_t kMostKept = 1024;
  std::vector<std::unique_ptr<Exchange>> free_;
};

}  // namespace headgate::proxy
