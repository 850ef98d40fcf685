// What one reflector knows of the objects of its kind: which version of each exists. The objects themselves
// live behind the sink. Decides what is news, collects a relist aside and delivers the difference in one go.
// Control thread only.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "k8swatch/name_key.h"
#include "k8swatch/object_sink.h"
#include "k8swatch/observed_object.h"

namespace headgate::k8swatch {

class ObjectMirror {
 public:
  // `sink` must outlive this.
  ObjectMirror(Kind kind, ObjectSink& sink) : kind_(kind), sink_(sink) {}

  // A watch begins that delivers what is newer than `version`.
  void begin_watch(std::string version);
  // What a watch said. Replays (versions that are not newer than what is known of the object, deleted ones
  // included) are ignored. False: it was one.
  bool apply(ObservedObject observed);
  bool apply_deletion(const ObservedObject& observed);

  // The state as it is told from the start: all of it between these, in any order. `distrust`: the server may
  // have gone back in time (a restored backup), so that the same version of an object may be another content.
  void begin_collecting(bool distrust);
  void collect(ObservedObject observed);
  void collect_deletion(const ObservedObject& observed);
  // It is complete: delivers what differs from what was known. What is not in it is gone; an object that has
  // the key of a known one but another uid is another object.
  void replace();

  [[nodiscard]] std::size_t size() const { return known_.size(); }

 private:
  struct Version {
    std::string uid;
    std::string resource_version;
    bool broken = false;  // this version could not be decoded, which a Finding says
  };
  struct Collected {
    Version version;
    std::optional<Object> object;  // nothing: as it is known, or broken
    std::optional<Finding> finding;
  };
  // Deletions remembered in one watch, so that a replay does not bring the object back.
  static constexpr std::size_t kMaxDeleted = 4096;

  [[nodiscard]] bool is_replay(const std::string& name, const ObservedObject& observed) const;
  // The known object goes, with what was said about it.
  void forget(const ObjectKey& key, const Version& version);
  void deliver(const ObjectKey& key, const Version* known, Collected news);
  [[nodiscard]] ObjectKey key_from(const std::string& name) const;
  void say_unnamed(std::vector<Finding> findings);

  Kind kind_;
  ObjectSink& sink_;
  NameMap<Version> known_;          // by name_key
  NameMap<Collected> collected_;    // likewise
  NameMap<std::string> deleted_;    // versions, by name_key
  std::string floor_;               // what is not newer was known before the watch began
  std::optional<Finding> unnamed_;  // one of the objects collected that have no readable name
  bool has_said_unnamed_ = false;
  bool distrust_ = false;  // the versions of known_, while collecting
};

}  // namespace headgate::k8swatch
