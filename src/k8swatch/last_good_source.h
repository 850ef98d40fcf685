// Stands around the API source while --snapshot-dir is given: keeps the last good objects on disk, and serves
// those of the disk where the API server cannot be read within a few seconds of the start. What the API
// server says then replaces them in one go. Control thread only.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "k8swatch/object_sink.h"
#include "k8swatch/object_source.h"
#include "k8swatch/snapshot_file.h"

namespace headgate::k8swatch {

class LastGoodSource : public ObjectSource, public ObjectSink {
 public:
  static constexpr Duration kPatience = std::chrono::seconds(5);    // with the API server, at the start
  static constexpr Duration kWriteEvery = std::chrono::seconds(5);  // at most

  struct Disk {
    std::function<Result<Snapshot>()> read;  // blocks; called once at most
    // Starts to write, and says how that ended by note_written(). Must not block.
    std::function<void(SnapshotContent)> write;
  };

  // `next` must outlive this.
  LastGoodSource(Disk disk, ObjectSink& next) : disk_(std::move(disk)), next_(next) {}
  // The source whose sink this is; before start().
  void set_inner(std::unique_ptr<ObjectSource> inner) { inner_ = std::move(inner); }
  void note_written(const Result<void>& written, TimePoint now);
  // Something has changed since the last write began; what there is now, to be written at the end.
  [[nodiscard]] std::optional<SnapshotContent> unwritten() const;

  Result<void> start(TimePoint now) override;
  void set_wake(std::function<void()> wake) override {
    wake_ = wake;
    inner_->set_wake(std::move(wake));
  }
  void run_due(TimePoint now) override;
  [[nodiscard]] std::optional<TimePoint> deadline() const override;

  void upsert(Object object) override;
  void remove(const ObjectKey& key) override;
  void set_source_findings(const std::string& origin, std::vector<Finding> findings) override {
    next_.set_source_findings(origin, std::move(findings));
  }
  void set_readable(Kind kind, bool readable) override;
  void synced() override;

 private:
  using Objects = std::map<ObjectKey, Object>;

  void serve_snapshot();
  [[nodiscard]] SnapshotContent all() const;
  [[nodiscard]] bool is_write_due(TimePoint now) const;

  Disk disk_;
  ObjectSink& next_;
  std::unique_ptr<ObjectSource> inner_;
  std::function<void()> wake_;
  Objects objects_;                     // of the API server; held back until it is synced
  Objects snapshot_;                    // of the disk, while they are served
  std::set<Kind> unreadable_;           // what the API server says, held back likewise
  std::set<Kind> snapshot_unreadable_;  // what is said in its stead while the snapshot is served
  bool synced_ = false;
  bool has_looked_ = false;  // for a snapshot
  bool is_serving_snapshot_ = false;
  bool is_dirty_ = false;  // since the last write began
  bool is_writing_ = false;
  TimePoint next_write_{};
  TimePoint started_{};
};

}  // namespace headgate::k8swatch
