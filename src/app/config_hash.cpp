#include "app/config_hash.h"

#include "base/hash.h"
#include "router/dump.h"

namespace headgate::app {

std::uint64_t ConfigHash::of(const std::shared_ptr<const router::RoutingTable>& table) {
  if (table == nullptr) return 0;
  const std::lock_guard lock(mutex_);
  if (generation_ != table->generation()) {
    hash_ = hash_of(router::dump(*table), 0) >> 11;  // 53 bits
    generation_ = table->generation();
  }
  return hash_;
}

}  // namespace headgate::app
