#include "policy/connection_zone.h"

#include <mutex>
#include <utility>

namespace headgate::policy {

namespace {
constexpr std::size_t kFewest = 16;
}

bool ConnectionZone::enter(std::uint64_t client, std::uint32_t most) {
  Shard& shard = shards_[client % kShards];
  const std::lock_guard<SpinLock> guard(shard.lock);
  if ((shard.used + 1) * 2 > shard.counts.size()) grow(shard);
  Count& count = find(shard, client);
  if (count.requests >= most) return false;
  if (count.requests == 0) {
    count.client = client;
    ++shard.used;
  }
  ++count.requests;
  return true;
}

void ConnectionZone::leave(std::uint64_t client) {
  Shard& shard = shards_[client % kShards];
  const std::lock_guard<SpinLock> guard(shard.lock);
  if (shard.counts.empty()) return;
  Count& count = find(shard, client);
  if (count.requests == 0 || --count.requests > 0) return;
  remove(shard, static_cast<std::size_t>(&count - shard.counts.data()));
}

std::size_t ConnectionZone::home_of(const Shard& shard, std::uint64_t client) {
  return (client / kShards) & (shard.counts.size() - 1);
}

// Its count, or the free place for it. There is always one.
ConnectionZone::Count& ConnectionZone::find(Shard& shard, std::uint64_t client) {
  const std::size_t mask = shard.counts.size() - 1;
  for (std::size_t at = home_of(shard, client);; at = (at + 1) & mask) {
    Count& count = shard.counts[at];
    if (count.requests == 0 || count.client == client) return count;
  }
}

void ConnectionZone::grow(Shard& shard) {
  std::vector<Count> old(shard.counts.empty() ? kFewest : shard.counts.size() * 2);
  std::swap(old, shard.counts);
  for (const Count& count : old)
    if (count.requests != 0) find(shard, count.client) = count;
}

// Those behind it that would no longer be found move up.
void ConnectionZone::remove(Shard& shard, std::size_t at) {
  const std::size_t mask = shard.counts.size() - 1;
  for (std::size_t next = (at + 1) & mask; shard.counts[next].requests != 0; next = (next + 1) & mask) {
    const std::size_t home = home_of(shard, shard.counts[next].client);
    if (((next - home) & mask) < ((next - at) & mask)) continue;
    shard.counts[at] = shard.counts[next];
    at = next;
  }
  shard.counts[at] = {};
  --shard.used;
}

std::size_t ConnectionZone::clients() const {
  std::size_t used = 0;
  for (const Shard& shard : shards_) {
    const std::lock_guard<SpinLock> guard(shard.lock);
    used += shard.used;
  }
  return used;
}

}  // namespace headgate::policy
