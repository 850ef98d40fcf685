#include "k8swatch/object_mirror.h"

#include <utility>
#include <vector>

#include "k8swatch/resource_version.h"

namespace headgate::k8swatch {

void ObjectMirror::begin_watch(std::string version) {
  floor_ = std::move(version);
  deleted_.clear();
}

bool ObjectMirror::is_replay(const std::string& name, const ObservedObject& observed) const {
  const std::string& version = observed.resource_version;
  // Versions of one resource are in one order, whatever the object and its uid.
  if (is_not_newer(version, floor_)) return true;
  if (const auto at = known_.find(name); at != known_.end())
    return is_not_newer(version, at->second.resource_version);
  const auto at = deleted_.find(name);
  return at != deleted_.end() && is_not_newer(version, at->second);
}

bool ObjectMirror::apply(ObservedObject observed) {
  if (!observed.has_identity()) {
    if (observed.finding) say_unnamed({*std::move(observed.finding)});
    return true;
  }
  const std::string name = name_key(observed.key.namespace_name, observed.key.name);
  if (is_replay(name, observed)) return false;
  deleted_.erase(name);
  const auto at = known_.find(name);
  Collected news{{std::move(observed.uid), std::move(observed.resource_version), !observed.object},
                 std::move(observed.object),
                 std::move(observed.finding)};
  Version version = news.version;
  deliver(observed.key, at == known_.end() ? nullptr : &at->second, std::move(news));
  known_.insert_or_assign(name, std::move(version));
  return true;
}

bool ObjectMirror::apply_deletion(const ObservedObject& observed) {
  const std::string name = name_key(observed.key.namespace_name, observed.key.name);
  if (is_replay(name, observed)) return false;
  if (deleted_.size() >= kMaxDeleted) {
    // Rather take every version so far as known than remember without bound. Only a server that delivers out
    // of order could be misunderstood.
    begin_watch(observed.resource_version);
  } else {
    deleted_.insert_or_assign(name, observed.resource_version);
  }
  const auto at = known_.find(name);
  if (at == known_.end()) return true;
  forget(observed.key, at->second);
  known_.erase(at);
  return true;
}

void ObjectMirror::begin_collecting(bool distrust) {
  distrust_ = distrust;
  collected_ = {};
  unnamed_.reset();
}

void ObjectMirror::collect(ObservedObject observed) {
  if (!observed.has_identity()) {
    unnamed_ = std::move(observed.finding);
    return;
  }
  const std::string name = name_key(observed.key.namespace_name, observed.key.name);
  Collected news{{std::move(observed.uid), std::move(observed.resource_version), !observed.object},
                 std::move(observed.object),
                 std::move(observed.finding)};
  // The sink has it: after an outage nearly everything is as it was, and need not be kept twice meanwhile.
  const auto at = known_.find(name);
  if (!distrust_ && news.object && at != known_.end() && !at->second.broken &&
      !news.version.resource_version.empty() &&
      at->second.resource_version == news.version.resource_version && at->second.uid == news.version.uid)
    news.object.reset();
  collected_.insert_or_assign(name, std::move(news));
}

void ObjectMirror::collect_deletion(const ObservedObject& observed) {
  collected_.erase(name_key(observed.key.namespace_name, observed.key.name));
}

void ObjectMirror::replace() {
  for (const auto& [name, version] : known_)
    if (!collected_.contains(name)) forget(key_from(name), version);
  NameMap<Version> now;
  now.reserve(collected_.size());
  for (auto& [name, news] : collected_) {
    const auto at = known_.find(name);
    now.emplace(name, news.version);
    deliver(key_from(name), at == known_.end() ? nullptr : &at->second, std::move(news));
  }
  known_ = std::move(now);
  collected_ = {};
  std::vector<Finding> unnamed;
  if (unnamed_) unnamed.push_back(*std::move(unnamed_));
  unnamed_.reset();
  say_unnamed(std::move(unnamed));
}

void ObjectMirror::forget(const ObjectKey& key, const Version& version) {
  if (version.broken) sink_.set_source_findings(to_string(key), {});
  sink_.remove(key);
}

void ObjectMirror::deliver(const ObjectKey& key, const Version* known, Collected news) {
  const bool other = known != nullptr && known->uid != news.version.uid;
  if (other) forget(key, *known);
  if (news.finding) {
    sink_.set_source_findings(to_string(key), {*std::move(news.finding)});
    return;
  }
  if (known != nullptr && known->broken && !other) sink_.set_source_findings(to_string(key), {});
  if (news.object) sink_.upsert(*std::move(news.object));
}

ObjectKey ObjectMirror::key_from(const std::string& name) const {
  const std::size_t slash = name.find('/');
  return {kind_, name.substr(0, slash), name.substr(slash + 1)};
}

void ObjectMirror::say_unnamed(std::vector<Finding> findings) {
  if (findings.empty() && !has_said_unnamed_) return;
  has_said_unnamed_ = !findings.empty();
  sink_.set_source_findings(std::string(to_string(kind_)) + " without a name", std::move(findings));
}

}  // namespace headgate::k8swatch
