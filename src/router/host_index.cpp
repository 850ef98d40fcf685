#include "router/host_index.h"

#include <algorithm>
#include <utility>

#include "base/hash.h"
#include "router/text_hash.h"
#include "router/virtual_host.h"

namespace headgate::router {

HostIndex::HostIndex() : seed_(hash_seed()) {}

// A wildcard is filed under its suffix with the leading dot (".b" for "*.b"), which is no exact name.
std::string_view HostIndex::key_of(std::string_view host) {
  if (host.starts_with("*.")) host.remove_prefix(1);
  return host;
}

const HostIndex::Slot* HostIndex::find_slot(std::string_view key) const {
  const std::uint64_t hash = text_hash(key, seed_);
  const Shard* shard = shards_[shard_of(hash)].get();
  if (shard == nullptr) return nullptr;
  const std::size_t mask = shard->slots.size() - 1;
  for (std::size_t i = hash & mask;; i = (i + 1) & mask) {
    const Slot& slot = shard->slots[i];
    if (slot.host == nullptr) return nullptr;
    if (slot.hash == hash && key_of(slot.host->host()) == key) return &slot;
  }
}

const VirtualHost* HostIndex::find(std::string_view host) const {
  if (size_ == 0 || host.empty() || host.front() == '.') return nullptr;
  if (const Slot* slot = find_slot(host)) return slot->host.get();
  const std::size_t dot = host.find('.');
  if (dot == std::string_view::npos) return nullptr;
  const Slot* slot = find_slot(host.substr(dot));
  return slot == nullptr ? nullptr : slot->host.get();
}

std::shared_ptr<const VirtualHost> HostIndex::find_declared(std::string_view host) const {
  const Slot* slot = find_slot(key_of(host));
  return slot == nullptr ? nullptr : slot->host;
}

void HostIndex::for_each(const std::function<void(const VirtualHost&)>& visit) const {
  for (const ShardPointer& shard : shards_) {
    if (shard == nullptr) continue;
    for (const Slot& slot : shard->slots)
      if (slot.host != nullptr) visit(*slot.host);
  }
}

HostIndex::ShardPointer HostIndex::make_shard(const std::vector<Slot>& used) {
  if (used.empty()) return nullptr;
  std::size_t capacity = 2;
  while (capacity < used.size() * 2) capacity *= 2;
  auto shard = std::make_shared<Shard>();
  shard->slots.resize(capacity);
  for (const Slot& slot : used) {
    std::size_t i = slot.hash & (capacity - 1);
    while (shard->slots[i].host != nullptr) i = (i + 1) & (capacity - 1);
    shard->slots[i] = slot;
  }
  return shard;
}

HostIndex HostIndex::with(const std::vector<HostChange>& changes) const {
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

  HostIndex result = *this;
  std::vector<Slot> used;
  for (auto first = filed.begin(); first != filed.end();) {
    const std::size_t shard = shard_of(first->hash);
    used.clear();
    if (shards_[shard] != nullptr)
      for (const Slot& slot : shards_[shard]->slots)
        if (slot.host != nullptr) used.push_back(slot);
    const std::size_t before = used.size();
    for (; first != filed.end() && shard_of(first->hash) == shard; ++first) {
      const HostChange& change = changes[first->order];
      const auto at = std::find_if(used.begin(), used.end(), [&](const Slot& slot) {
        return slot.hash == first->hash && slot.host->host() == change.host;
      });
      if (at != used.end()) {
        if (change.virtual_host != nullptr)
          at->host = change.virtual_host;
        else
          used.erase(at);
      } else if (change.virtual_host != nullptr) {
        used.push_back({first->hash, change.virtual_host});
      }
    }
    result.shards_[shard] = make_shard(used);
    result.size_ = result.size_ + used.size() - before;
  }
  return result;
}

}  // namespace headgate::router
