// All objects of one kind with their history: the double's etcd and watch cache in one. Pure data; used on
// the double's thread only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>

#include "fakeapi/stored_object.h"

namespace headgate::fakeapi {

// One write. `before` is null for a creation, `after` for a deletion.
struct Change {
  std::uint64_t revision = 0;
  ObjectRef before;
  ObjectRef after;
};

class Collection {
 public:
  using Objects = std::map<std::string, ObjectRef>;  // by "namespace/name", the order of every list

  Collection(const Kind& kind, std::uint64_t revision) : kind_(&kind), watch_floor_(revision) {}

  [[nodiscard]] const Kind& kind() const { return *kind_; }
  [[nodiscard]] const Objects& objects() const { return objects_; }
  [[nodiscard]] ObjectRef find(const std::string& key) const;

  // The caller has counted `revision` up.
  void put(const ObjectRef& object);
  void remove(const std::string& key, std::uint64_t revision);

  // What changed after `revision`, oldest first, from this change on.
  [[nodiscard]] std::deque<Change>::const_iterator first_after(std::uint64_t revision) const;
  [[nodiscard]] const std::deque<Change>& history() const { return history_; }
  // A watch may begin here or later; from below it has expired.
  [[nodiscard]] std::uint64_t watch_floor() const { return watch_floor_; }
  // The objects as they were; empty where that has been compacted or evicted.
  [[nodiscard]] std::optional<Objects> objects_at(std::uint64_t revision) const;

  void limit_history(std::size_t changes);
  // As after a restart of the server: watches begin at `revision`.
  void forget_watch_cache(std::uint64_t revision) { watch_floor_ = revision; }
  // As after a compaction of etcd: lists of older revisions are gone.
  void compact(std::uint64_t revision) { list_floor_ = revision; }
  // As from a backup of etcd: what came after `revision`, which objects_at() knows, has never been.
  void go_back_to(std::uint64_t revision);

 private:
  void record(Change change);

  const Kind* kind_;
  Objects objects_;
  std::deque<Change> history_;
  std::size_t history_limit_ = 20000;
  std::uint64_t watch_floor_;
  std::uint64_t list_floor_ = 0;
};

}  // namespace headgate::fakeapi
