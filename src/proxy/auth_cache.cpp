#include "proxy/auth_cache.h"

#include <utility>

namespace headgate::proxy {
namespace {

// Of an entry besides its text.
constexpr std::size_t kOverhead = 256;

std::size_t size_of(std::string_view name, const policy::SubrequestAnswer& answer) {
  std::size_t size = kOverhead + name.size();
  for (const auto& field : answer.fields) size += sizeof field + field.name.size() + field.value.size();
  return size;
}

}  // namespace

const policy::SubrequestAnswer* AuthCache::find(std::string_view name, TimePoint now) {
  const auto at = by_name_.find(name);
  if (at == by_name_.end()) return nullptr;
  const Entries::iterator entry = at->second;
  if (now >= entry->expires || now - entry->used >= kMostUnused) {
    erase(entry);
    return nullptr;
  }
  entry->used = now;
  entries_.splice(entries_.begin(), entries_, entry);
  return &entry->answer;
}

void AuthCache::put(std::string name, policy::SubrequestAnswer answer, TimePoint now,
                    std::chrono::seconds time) {
  if (const auto at = by_name_.find(name); at != by_name_.end()) erase(at->second);
  const std::size_t bytes = size_of(name, answer);
  if (bytes > kLargestEntry) return;
  while (!entries_.empty() && (entries_.size() >= kMostEntries || bytes_ + bytes > kMostBytes))
    erase(std::prev(entries_.end()));
  entries_.push_front({std::move(name), std::move(answer), bytes, now + time, now});
  by_name_.emplace(entries_.front().name, entries_.begin());
  bytes_ += bytes;
}

void AuthCache::erase(Entries::iterator entry) {
  bytes_ -= entry->bytes;
  by_name_.erase(entry->name);
  entries_.erase(entry);
}

}  // namespace headgate::proxy
