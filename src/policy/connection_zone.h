// How many requests of each client of one Ingress are being answered now (limit-connections of ingress-nginx:
// each stream of HTTP/2 is one). Shared by all Workers like RateZone, and for the same reasons cut into
// shards with a spin lock each; only Routes with a limit come here.
//
// A count is there while it is not 0, so that there are never more than running Exchanges. None is ever
// written over: that would let a client have more than it may.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/spin_lock.h"

namespace headgate::policy {

class ConnectionZone {
 public:
  // Counts one more request of `client` (a hash), unless it has `most`. True: to be followed by one leave().
  // Any thread, likewise the others.
  bool enter(std::uint64_t client, std::uint32_t most);
  void leave(std::uint64_t client);
  [[nodiscard]] std::size_t clients() const;  // that have a count

 private:
  static constexpr std::size_t kShards = 16;
  struct Count {
    std::uint64_t client = 0;
    std::uint32_t requests = 0;  // 0: free
  };
  // Open addressing with linear steps, at most half full.
  struct alignas(64) Shard {
    mutable SpinLock lock;
    std::vector<Count> counts;
    std::size_t used = 0;
  };

  static Count& find(Shard& shard, std::uint64_t client);
  static void grow(Shard& shard);
  static void remove(Shard& shard, std::size_t at);
  static std::size_t home_of(const Shard& shard, std::uint64_t client);

  std::array<Shard, kShards> shards_;
};

// One request counted in a ConnectionZone, or none. Given back by its owner, once; the zone must still be
// there.
class ConnectionSlot {
 public:
  ConnectionSlot() = default;
  ConnectionSlot(ConnectionZone& zone, std::uint64_t client) : zone_(&zone), client_(client) {}

  // Nothing happens where there is none (any more).
  void give_back() {
    if (zone_ != nullptr) zone_->leave(client_);
    zone_ = nullptr;
  }

 private:
  ConnectionZone* zone_ = nullptr;
  std::uint64_t client_ = 0;
};

}  // namespace headgate::policy
