// A number that is equal where the routing tables are equal, for the metric config_hash.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>

#include "router/routing_table.h"

namespace headgate::app {

// Computed from the canonical text when asked for (a scrape), and only for a table not seen last time: the
// control thread pays nothing for it. Any thread.
class ConfigHash {
 public:
  // The same in every process (no seed), and small enough to survive a double. 0 for null.
  std::uint64_t of(const std::shared_ptr<const router::RoutingTable>& table);

 private:
  std::mutex mutex_;
  std::uint64_t generation_ = 0;
  std::uint64_t hash_ = 0;
};

}  // namespace headgate::app
