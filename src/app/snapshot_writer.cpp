#include "app/snapshot_writer.h"

#include <ctime>
#include <utility>

namespace headgate::app {

SnapshotWriter::SnapshotWriter(std::filesystem::path folder, std::function<void(Result<void>)> done)
    : folder_(std::move(folder)), done_(std::move(done)), thread_([this] { run(); }) {}

SnapshotWriter::~SnapshotWriter() {
  {
    const std::lock_guard lock(mutex_);
    ends_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void SnapshotWriter::write(k8swatch::SnapshotContent content) {
  {
    const std::lock_guard lock(mutex_);
    waiting_ = std::move(content);
  }
  changed_.notify_one();
}

void SnapshotWriter::run() {
  while (true) {
    k8swatch::SnapshotContent content;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return ends_ || waiting_; });
      if (!waiting_) return;
      content = *std::exchange(waiting_, std::nullopt);
    }
    done_(k8swatch::write_snapshot(folder_, content, std::time(nullptr)));
  }
}

}  // namespace headgate::app
