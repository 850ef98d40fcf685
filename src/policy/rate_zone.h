// How fast each client of one Ingress asks: nginx's leaky bucket (ngx_http_limit_req_module), to 1 ms and to
// a thousandth of a request.
//
// Shared by all Workers, because a client's connections are spread over them and a limit for each would be
// another limit. The rule of the hot path is "no lock": only Routes with a limit come here. There, a state is
// read, judged and written as one; that of two buckets is 24 bytes, which no atomic instruction changes. So
// the table is cut into shards, each with a spin lock that is held for a look at eight states in a row.
// A Worker meets another one only where both have a client of the same shard within the same 50 ns.
//
// Memory is bounded: at most kMostStates. A state that has leaked out says nothing more and is written over;
// where a row of eight is full of others, the one that was not asked for longest goes.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/clock.h"
#include "base/spin_lock.h"

namespace headgate::policy {

// A limit: so many requests in a time, and so many more at once. All in thousandths of a request.
struct RateBucket {
  std::uint32_t per_second = 0;  // leaks so much; 0: there is no such limit
  std::uint32_t burst = 0;
  // As nginx rounds: 1 r/m is 16 thousandths a second.
  static RateBucket requests(std::uint32_t count, std::chrono::seconds time, std::uint32_t burst);
  friend bool operator==(const RateBucket&, const RateBucket&) = default;
};
inline constexpr std::size_t kRateBuckets = 2;  // limit-rps, limit-rpm
using RateBuckets = std::array<RateBucket, kRateBuckets>;

class RateZone {
 public:
  static constexpr std::size_t kMostStates = 64 * 1024;

  // Whether one more request of `client` (a hash) fits in all `buckets`; it is counted only then. Any thread.
  bool take(std::uint64_t client, const RateBuckets& buckets, TimePoint now);
  [[nodiscard]] std::size_t room() const;  // states there is memory for; for tests

 private:
  static constexpr std::size_t kShards = 16;
  static constexpr std::size_t kRow = 8;
  static constexpr std::size_t kMostRows = kMostStates / kShards / kRow;

  struct State {
    std::uint64_t client = 0;  // 0: free
    std::int64_t last = 0;     // ms
    std::array<std::uint32_t, kRateBuckets> excess{};
  };
  using Row = std::array<State, kRow>;
  struct alignas(64) Shard {
    mutable SpinLock lock;
    std::vector<Row> rows;  // a power of two; none before the first client
  };

  static State& find(Shard& shard, std::uint64_t client, const RateBuckets& buckets, std::int64_t now);
  static void grow(Shard& shard);

  std::array<Shard, kShards> shards_;
};

}  // namespace headgate::policy
