#include "fakeapi/collection.h"

#include <algorithm>
#include <utility>

namespace headgate::fakeapi {

ObjectRef Collection::find(const std::string& key) const {
  const auto found = objects_.find(key);
  return found == objects_.end() ? nullptr : found->second;
}

void Collection::put(const ObjectRef& object) {
  ObjectRef& place = objects_[object->key()];
  ObjectRef before = std::exchange(place, object);
  record({object->revision, std::move(before), object});
}

void Collection::remove(const std::string& key, std::uint64_t revision) {
  const auto found = objects_.find(key);
  if (found == objects_.end()) return;
  record({revision, found->second, nullptr});
  objects_.erase(found);
}

void Collection::record(Change change) {
  history_.push_back(std::move(change));
  limit_history(history_limit_);
}

void Collection::limit_history(std::size_t changes) {
  history_limit_ = changes;
  while (history_.size() > history_limit_) {
    // What is dropped can be neither watched nor undone any more.
    watch_floor_ = std::max(watch_floor_, history_.front().revision);
    list_floor_ = std::max(list_floor_, history_.front().revision);
    history_.pop_front();
  }
}

std::deque<Change>::const_iterator Collection::first_after(std::uint64_t revision) const {
  return std::upper_bound(history_.begin(), history_.end(), revision,
                          [](std::uint64_t r, const Change& change) { return r < change.revision; });
}

std::optional<Collection::Objects> Collection::objects_at(std::uint64_t revision) const {
  if (revision < list_floor_) return std::nullopt;
  Objects objects = objects_;
  const auto end = std::make_reverse_iterator(first_after(revision));
  for (auto change = history_.rbegin(); change != end; ++change) {
    const std::string key = (change->after != nullptr ? change->after : change->before)->key();
    if (change->before != nullptr) {
      objects[key] = change->before;
    } else {
      objects.erase(key);
    }
  }
  return objects;
}

void Collection::go_back_to(std::uint64_t revision) {
  objects_ = objects_at(revision).value();
  history_.erase(first_after(revision), history_.cend());
  watch_floor_ = revision;
}

}  // namespace headgate::fakeapi
