// Finds the VirtualHost of a host name in O(1): exact names and one-label wildcards ("*.x"). Persistent: an
// index made from another shares every shard that did not change, so a change costs one shard, not the table.
// Immutable; shared by all threads.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace headgate::router {

class VirtualHost;

// One host to put in (its VirtualHost's own name) or, where `virtual_host` is null, to take out.
struct HostChange {
  std::string host;
  std::shared_ptr<const VirtualHost> virtual_host;
};

class HostIndex {
 public:
  HostIndex();

  // This index with the changes applied; of several changes of one host the last one counts.
  [[nodiscard]] HostIndex with(const std::vector<HostChange>& changes) const;

  // The exact name, else the wildcard that covers it with exactly one label, else null. `host` is lower case.
  [[nodiscard]] const VirtualHost* find(std::string_view host) const;
  // The entry declared as `host` ("a.b" or "*.b"), else null.
  [[nodiscard]] std::shared_ptr<const VirtualHost> find_declared(std::string_view host) const;
  [[nodiscard]] std::size_t size() const { return size_; }
  // In no particular order.
  void for_each(const std::function<void(const VirtualHost&)>& visit) const;

 private:
  static constexpr std::size_t kShardBits = 8;
  static constexpr std::size_t kShards = std::size_t{1} << kShardBits;

  struct Slot {
    std::uint64_t hash = 0;
    std::shared_ptr<const VirtualHost> host;  // null: free
  };
  // Open addressing, linear probing, at most half full; the size is a power of two.
  struct Shard {
    std::vector<Slot> slots;
  };
  using ShardPointer = std::shared_ptr<const Shard>;  // null: an empty shard

  static std::string_view key_of(std::string_view host);
  static std::size_t shard_of(std::uint64_t hash) { return hash >> (64 - kShardBits); }
  static ShardPointer make_shard(const std::vector<Slot>& used);
  [[nodiscard]] const Slot* find_slot(std::string_view key) const;

  std::uint64_t seed_;
  std::array<ShardPointer, kShards> shards_;
  std::size_t size_ = 0;
};

}  // namespace headgate::router
