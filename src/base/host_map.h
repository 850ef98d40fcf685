// Finds what belongs to a host name in O(1): exact names and one-label wildcards ("*.x"). Persistent: a map
// made from another shares every shard that did not change, so a change costs one shard, not the map.
// Immutable; shared by all threads.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/hash.h"
#include "base/text_hash.h"

namespace headgate {

// One host to put in, or, where `value` is null, to take out.
template <typename T>
struct HostMapChange {
  std::string host;
  std::shared_ptr<const T> value;
};

// T::host() is the name a value is filed under: lower case, "*.x" for a wildcard.
template <typename T>
class HostMap {
 public:
  using Change = HostMapChange<T>;

  HostMap() : seed_(hash_seed()) {}

  // This map with the changes applied; of several changes of one host the last one counts.
  [[nodiscard]] HostMap with(const std::vector<Change>& changes) const;

  // The exact name, else the wildcard that covers it with exactly one label, else null. `host` is lower case.
  [[nodiscard]] const T* find(std::string_view host) const {
    if (size_ == 0 || host.empty() || host.front() == '.') return nullptr;
    if (const Slot* slot = find_slot(host)) return slot->value.get();
    const std::size_t dot = host.find('.');
    if (dot == std::string_view::npos) return nullptr;
    const Slot* slot = find_slot(host.substr(dot));
    return slot == nullptr ? nullptr : slot->value.get();
  }
  // The entry declared as `host` ("a.b" or "*.b"), else null.
  [[nodiscard]] std::shared_ptr<const T> find_declared(std::string_view host) const {
    const Slot* slot = find_slot(key_of(host));
    return slot == nullptr ? nullptr : slot->value;
  }
  [[nodiscard]] std::size_t size() const { return size_; }
  // In no particular order.
  template <typename Visit>
  void for_each(Visit visit) const {
    for (const ShardPointer& shard : shards_) {
      if (shard == nullptr) continue;
      for (const Slot& slot : shard->slots)
        if (slot.value != nullptr) visit(*slot.value);
    }
  }

 private:
  static constexpr std::size_t kShardBits = 8;
  static constexpr std::size_t kShards = std::size_t{1} << kShardBits;

  struct Slot {
    std::uint64_t hash = 0;
    std::shared_ptr<const T> value;  // null: free
  };
  // Open addressing, linear probing, at most half full; the size is a power of two.
  struct Shard {
    std::vector<Slot> slots;
  };
  using ShardPointer = std::shared_ptr<const Shard>;  // null: an empty shard

  // A wildcard is filed under its suffix with the leading dot (".b" for "*.b"), which is no exact name.
  static std::string_view key_of(std::string_view host) {
    if (host.starts_with("*.")) host.remove_prefix(1);
    return host;
  }
  static std::size_t shard_of(std::uint64_t hash) { return hash >> (64 - kShardBits); }
  static ShardPointer make_shard(const std::vector<Slot>& used);
  [[nodiscard]] const Slot* find_slot(std::string_view key) const {
    const std::uint64_t hash = text_hash(key, seed_);
    const Shard* shard = shards_[shard_of(hash)].get();
    if (shard == nullptr) return nullptr;
    const std::size_t mask = shard->slots.size() - 1;
    for (std::size_t i = hash & mask;; i = (i + 1) & mask) {
      const Slot& slot = shard->slots[i];
      if (slot.value == nullptr) return nullptr;
      if (slot.hash == hash && key_of(slot.value->host()) == key) return &slot;
    }
  }

  std::uint64_t seed_;
  std::array<ShardPointer, kShards> shards_;
  std::size_t size_ = 0;
};

template <typename T>
typename HostMap<T>::ShardPointer HostMap<T>::make_shard(const std::vector<Slot>& used) {
  if (used.empty()) return nullptr;
  std::size_t capacity = 2;
  while (capacity < used.size() * 2) capacity *= 2;
  auto shard = std::make_shared<Shard>();
  shard->slots.resize(capacity);
  for (const Slot& slot : used) {
    std::size_t i = slot.hash & (capacity - 1);
    while (shard->slots[i].value != nullptr) i = (i + 1) & (capacity - 1);
    shard->slots[i] = slot;
  }
  return shard;
}

template <typename T>
HostMap<T> HostMap<T>::with(const std::vector<Change>& changes) const {
  struct Filed {
    std::size_t order;  // the change's place: later ones win
    std::uint64_t hash;
  };
  std::vector<Filed> filed;
  filed.reserve(changes.size());
  for (std::size_t i = 0; i < changes.size(); ++i)
    filed.push_back({i, text_hash(key_of(changes[i].host), seed_)});
  std::stable_sort(filed.begin(), filed.end(),
                   [](const Filed& a, const Filed& b) { return shard_of(a.hash) < shard_of(b.hash); });

  HostMap result = *this;
  std::vector<Slot> used;
  for (auto first = filed.begin(); first != filed.end();) {
    const std::size_t shard = shard_of(first->hash);
    used.clear();
    if (shards_[shard] != nullptr)
      for (const Slot& slot : shards_[shard]->slots)
        if (slot.value != nullptr) used.push_back(slot);
    const std::size_t before = used.size();
    for (; first != filed.end() && shard_of(first->hash) == shard; ++first) {
      const Change& change = changes[first->order];
      const auto at = std::find_if(used.begin(), used.end(), [&](const Slot& slot) {
        return slot.hash == first->hash && slot.value->host() == change.host;
      });
      if (at != used.end()) {
        if (change.value != nullptr)
          at->value = change.value;
        else
          used.erase(at);
      } else if (change.value != nullptr) {
        used.push_back({first->hash, change.value});
      }
    }
    result.shards_[shard] = make_shard(used);
    result.size_ = result.size_ + used.size() - before;
  }
  return result;
}

}  // namespace headgate
