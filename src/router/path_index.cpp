#include "router/path_index.h"

#include <algorithm>
#include <tuple>

#include "base/hash.h"
#include "base/text_hash.h"

namespace headgate::router {
namespace {

// The hash of a path is chained over its segments, slash included, so that one pass over a request's path
// passes through the hash of each of its subtree keys; an exact key's takes one more step, for the rest.
std::uint64_t hash_key(std::string_view key, bool subtree, std::uint64_t seed) {
  std::uint64_t state = seed;
  for (std::size_t slash = key.find('/'); slash != std::string_view::npos; slash = key.find('/')) {
    state = text_hash(key.substr(0, slash + 1), state);
    key.remove_prefix(slash + 1);
  }
  return subtree ? state : text_hash(key, state);
}

std::uint64_t length_bit(std::size_t length) { return std::uint64_t{1} << (length % 64); }

}  // namespace

PathIndex::PathIndex(std::vector<Key> keys) : seed_(hash_seed()) {
  std::sort(keys.begin(), keys.end(), [](const Key& a, const Key& b) {
    return std::tuple(a.subtree, b.text.size(), a.text) < std::tuple(b.subtree, a.text.size(), b.text);
  });
  entries_.reserve(keys.size());
  std::size_t bytes = 0;
  for (const Key& key : keys) bytes += key.text.size();
  text_.reserve(bytes);
  for (const Key& key : keys) {
    const auto length = static_cast<std::uint32_t>(key.text.size());
    entries_.push_back({static_cast<std::uint32_t>(text_.size()), length, key.route});
    text_ += key.text;
    std::uint32_t& longest = key.subtree ? longest_subtree_ : longest_exact_;
    longest = std::max(longest, length);
    if (key.subtree)
      subtree_lengths_ |= length_bit(length);
    else
      ++exact_count_;
  }
  if (entries_.size() > kScanLimit) fill_slots();
}

void PathIndex::fill_slots() {
  std::size_t capacity = 4;
  while (capacity < entries_.size() * 2) capacity *= 2;
  slots_.resize(capacity);
  for (std::uint32_t i = 0; i < entries_.size(); ++i) {
    const std::uint64_t hash = hash_key(text(entries_[i]), i >= exact_count_, seed_);
    std::size_t at = hash & (capacity - 1);
    while (slots_[at].entry != kNone) at = (at + 1) & (capacity - 1);
    slots_[at] = {static_cast<std::uint32_t>(hash >> 32), i};
  }
}

std::uint32_t PathIndex::scan(std::string_view path) const {
  for (std::uint32_t i = 0; i < exact_count_; ++i)
    if (text(entries_[i]) == path) return entries_[i].route;
  for (std::size_t i = exact_count_; i < entries_.size(); ++i)
    if (path.starts_with(text(entries_[i]))) return entries_[i].route;
  return kNone;
}

std::uint32_t PathIndex::probe(std::uint64_t hash, std::string_view key, bool subtree) const {
  const auto tag = static_cast<std::uint32_t>(hash >> 32);
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t at = hash & mask;; at = (at + 1) & mask) {
    const Slot& slot = slots_[at];
    if (slot.entry == kNone) return kNone;
    if (slot.tag == tag && (slot.entry >= exact_count_) == subtree && text(entries_[slot.entry]) == key)
      return entries_[slot.entry].route;
  }
}

std::uint32_t PathIndex::find_hashed(std::string_view path) const {
  const bool may_be_exact = path.size() <= longest_exact_;
  const std::size_t end = may_be_exact ? path.size() : longest_subtree_;
  std::uint64_t state = seed_;
  std::uint32_t best = kNone;
  std::size_t begin = 0;
  for (std::size_t slash = path.find('/'); slash < end; slash = path.find('/', begin)) {
    state = text_hash(path.substr(begin, slash + 1 - begin), state);
    begin = slash + 1;
    if ((subtree_lengths_ & length_bit(begin)) == 0) continue;  // no key of this length: nothing to look up
    const std::uint32_t hit = probe(state, path.substr(0, begin), true);
    if (hit != kNone) best = hit;
  }
  if (may_be_exact) {
    const std::uint32_t hit = probe(text_hash(path.substr(begin), state), path, false);
    if (hit != kNone) return hit;
  }
  return best;
}

std::vector<PathIndex::Key> PathIndex::keys() const {
  std::vector<Key> result;
  result.reserve(entries_.size());
  for (std::size_t i = 0; i < entries_.size(); ++i)
    result.push_back({std::string(text(entries_[i])), i >= exact_count_, entries_[i].route});
  return result;
}

}  // namespace headgate::router
