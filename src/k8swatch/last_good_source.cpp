#include "k8swatch/last_good_source.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "base/utc_text.h"

namespace headgate::k8swatch {
namespace {

constexpr const char* kOrigin = "snapshot";
constexpr const char* kWriteOrigin = "snapshot file";

}  // namespace

Result<void> LastGoodSource::start(TimePoint now) {
  started_ = now;
  return inner_->start(now);
}

void LastGoodSource::run_due(TimePoint now) {
  inner_->run_due(now);
  if (!synced_ && !has_looked_ && now >= started_ + kPatience) serve_snapshot();
  if (!is_write_due(now)) return;
  is_dirty_ = false;
  is_writing_ = true;
  next_write_ = now + kWriteEvery;
  disk_.write(all());
}

bool LastGoodSource::is_write_due(TimePoint now) const {
  return synced_ && is_dirty_ && !is_writing_ && now >= next_write_;
}

std::optional<TimePoint> LastGoodSource::deadline() const {
  std::optional<TimePoint> earliest = inner_->deadline();
  const auto consider = [&earliest](TimePoint time) {
    if (!earliest || time < *earliest) earliest = time;
  };
  if (!synced_ && !has_looked_) consider(started_ + kPatience);
  if (synced_ && is_dirty_ && !is_writing_) consider(next_write_);
  return earliest;
}

void LastGoodSource::upsert(Object object) {
  is_dirty_ = true;
  objects_.insert_or_assign(key_of(object), object);
  if (synced_) next_.upsert(std::move(object));
}

void LastGoodSource::remove(const ObjectKey& key) {
  is_dirty_ = true;
  objects_.erase(key);
  if (synced_) next_.remove(key);
}

void LastGoodSource::set_readable(Kind kind, bool readable) {
  is_dirty_ = true;
  if (readable)
    unreadable_.erase(kind);
  else
    unreadable_.insert(kind);
  if (synced_) next_.set_readable(kind, readable);
}

void LastGoodSource::synced() {
  if (std::exchange(synced_, true)) return;
  for (const Kind kind : snapshot_unreadable_)
    if (!unreadable_.contains(kind)) next_.set_readable(kind, true);
  for (const Kind kind : unreadable_)
    if (!snapshot_unreadable_.contains(kind)) next_.set_readable(kind, false);
  snapshot_unreadable_.clear();
  for (const auto& [key, object] : snapshot_)
    if (!objects_.contains(key)) next_.remove(key);
  for (const auto& [key, object] : objects_) {
    const auto known = snapshot_.find(key);
    if (known == snapshot_.end() || !same_content(known->second, object)) next_.upsert(object);
  }
  snapshot_.clear();
  if (std::exchange(is_serving_snapshot_, false)) {
    log::info("the API server has been read: the snapshot is replaced");
    next_.set_source_findings(kOrigin, {});
  } else {
    next_.synced();
  }
}

void LastGoodSource::serve_snapshot() {
  has_looked_ = true;
  Result<Snapshot> snapshot = disk_.read();
  if (!snapshot) {
    log::warning("the API server has not been read within " +
                 std::to_string(std::chrono::duration_cast<std::chrono::seconds>(kPatience).count()) +
                 " s, and there is no snapshot: " + snapshot.error().message);
    return;
  }
  SnapshotContent& content = snapshot->content;
  snapshot_unreadable_.insert(content.unreadable.begin(), content.unreadable.end());
  for (const Kind kind : snapshot_unreadable_) next_.set_readable(kind, false);
  for (Object& object : content.objects) {
    const ObjectKey key = key_of(object);
    next_.upsert(object);
    snapshot_.insert_or_assign(key, std::move(object));
  }
  is_serving_snapshot_ = true;
  std::string reason = "the API server cannot be read; served is the snapshot of " +
                       utc_text(snapshot->written) + " with " + std::to_string(snapshot_.size()) + " objects";
  if (snapshot->undecodable != 0)
    reason += ", without " + std::to_string(snapshot->undecodable) + " that cannot be decoded";
  next_.set_source_findings(kOrigin, {{Severity::warning, kOrigin, "", std::move(reason)}});
  next_.synced();
}

void LastGoodSource::note_written(const Result<void>& written, TimePoint now) {
  is_writing_ = false;
  std::vector<Finding> findings;
  if (!written) {
    is_dirty_ = true;
    next_write_ = now + kWriteEvery;
    findings.push_back({Severity::warning, kOrigin, "", written.error().message});
  }
  next_.set_source_findings(kWriteOrigin, std::move(findings));
  if (wake_) wake_();
}

SnapshotContent LastGoodSource::all() const {
  SnapshotContent content;
  content.objects.reserve(objects_.size());
  for (const auto& [key, object] : objects_) content.objects.push_back(object);
  content.unreadable.assign(unreadable_.begin(), unreadable_.end());
  return content;
}

std::optional<SnapshotContent> LastGoodSource::unwritten() const {
  if (!synced_ || (!is_dirty_ && !is_writing_)) return std::nullopt;
  return all();
}

}  // namespace headgate::k8swatch
