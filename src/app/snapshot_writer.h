// Writes snapshots to disk on a thread of its own: writing waits for the disk, and the control thread does
// not.
#pragma once

#include <condition_variable>
#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

#include "base/result.h"
#include "k8swatch/snapshot_file.h"

namespace headgate::app {

class SnapshotWriter {
 public:
  // `done` is called on the writer's thread after each write.
  SnapshotWriter(std::filesystem::path folder, std::function<void(Result<void>)> done);
  // Ends when what was given is written.
  ~SnapshotWriter();
  SnapshotWriter(const SnapshotWriter&) = delete;
  SnapshotWriter& operator=(const SnapshotWriter&) = delete;

  // Any thread. What waits to be written is replaced.
  void write(k8swatch::SnapshotContent content);

 private:
  void run();

  const std::filesystem::path folder_;
  const std::function<void(Result<void>)> done_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<k8swatch::SnapshotContent> waiting_;
  bool ends_ = false;
  std::thread thread_;
};

}  // namespace headgate::app
