#include "proxy/exchange_pool.h"

#include "proxy/exchange.h"

namespace headgate::proxy {

ExchangePool::ExchangePool() { free_.reserve(kMostKept); }

ExchangePool::~ExchangePool() = default;

Exchange* ExchangePool::acquire() {
  if (free_.empty()) return new Exchange();
  Exchange* const exchange = free_.back().release();
  free_.pop_back();
  return exchange;
}

void ExchangePool::release(Exchange* exchange) {
  std::unique_ptr<Exchange> owned(exchange);
  if (free_.size() < kMostKept) free_.push_back(std::move(owned));
}

}  // namespace headgate::proxy
