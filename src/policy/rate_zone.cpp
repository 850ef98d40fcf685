#include "policy/rate_zone.h"

#include <algorithm>
#include <mutex>
#include <utility>

namespace headgate::policy {
namespace {

constexpr std::int64_t kRequest = 1000;  // thousandths

std::int64_t milliseconds_of(TimePoint time) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

// What a state of `before` is `elapsed` ms later.
std::int64_t leaked(std::int64_t before, const RateBucket& bucket, std::int64_t elapsed) {
  constexpr std::int64_t kDay = 86'400'000;  // all has leaked out long before, and nothing overflows
  return before - static_cast<std::int64_t>(bucket.per_second) * std::min(elapsed, kDay) / 1000;
}

}  // namespace

RateBucket RateBucket::requests(std::uint32_t count, std::chrono::seconds time, std::uint32_t burst) {
  static constexpr std::uint64_t kMost = 4'000'000;  // what 32 bits hold in thousandths
  const auto thousandths = [](std::uint64_t requests) {
    return static_cast<std::uint32_t>(std::min(requests, kMost) * kRequest);
  };
  return {thousandths(count) / static_cast<std::uint32_t>(time.count()), thousandths(burst)};
}

bool RateZone::take(std::uint64_t client, const RateBuckets& buckets, TimePoint now) {
  const std::int64_t at = milliseconds_of(now);
  Shard& shard = shards_[client % kShards];
  client = client / kShards + 1;  // never 0
  const std::lock_guard<SpinLock> guard(shard.lock);
  State& state = find(shard, client, buckets, at);
  if (state.client != client) {  // as in nginx, the first one costs nothing: 1 + burst pass at once
    state = {client, at, {}};
    return true;
  }
  const std::int64_t elapsed = std::max<std::int64_t>(at - state.last, 0);
  std::array<std::uint32_t, kRateBuckets> excess = state.excess;
  for (std::size_t i = 0; i < buckets.size(); ++i) {
    if (buckets[i].per_second == 0) continue;
    const std::int64_t after =
        std::max<std::int64_t>(leaked(state.excess[i], buckets[i], elapsed) + kRequest, 0);
    if (after > buckets[i].burst) return false;
    excess[i] = static_cast<std::uint32_t>(after);
  }
  state.excess = excess;
  state.last += elapsed;
  return true;
}

// The state of `client`, or one that may be written over for it.
RateZone::State& RateZone::find(Shard& shard, std::uint64_t client, const RateBuckets& buckets,
                                std::int64_t now) {
  const auto says_nothing = [&](const State& state) {
    if (state.client == 0) return true;
    for (std::size_t i = 0; i < buckets.size(); ++i)
      if (buckets[i].per_second != 0 &&
          leaked(state.excess[i], buckets[i], std::max<std::int64_t>(now - state.last, 0)) + kRequest > 0)
        return false;
    return true;
  };
  for (;;) {
    if (shard.rows.empty()) shard.rows.resize(1);
    Row& row = shard.rows[client & (shard.rows.size() - 1)];
    State* free = nullptr;
    for (State& state : row) {
      if (state.client == client) return state;
      if (free == nullptr && says_nothing(state)) free = &state;
    }
    if (free != nullptr) return *free;
    if (shard.rows.size() == kMostRows)
      return *std::min_element(row.begin(), row.end(),
                               [](const State& a, const State& b) { return a.last < b.last; });
    grow(shard);
  }
}

// Twice as many rows: the states of each are those of two, so that none is lost.
void RateZone::grow(Shard& shard) {
  std::vector<Row> rows(shard.rows.size() * 2);
  for (const Row& old : shard.rows) {
    std::array<std::size_t, 2> used{};
    for (const State& state : old) {
      if (state.client == 0) continue;
      const std::size_t at = state.client & (rows.size() - 1);
      rows[at][used[at >= shard.rows.size() ? 1 : 0]++] = state;
    }
  }
  shard.rows = std::move(rows);
}

std::size_t RateZone::room() const {
  std::size_t states = 0;
  for (const Shard& shard : shards_) {
    const std::lock_guard<SpinLock> guard(shard.lock);
    states += shard.rows.size() * kRow;
  }
  return states;
}

}  // namespace headgate::policy
