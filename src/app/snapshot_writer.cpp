#include "app/snapshot_writer.h"

#include <ctime>
#include <utility>

#include "k8swatch/snapshot_file.h"

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

void SnapshotWriter::write(std::vector<k8swatch::Object> objects) {
  {
    const std::lock_guard lock(mutex_);
    waiting_ = std::move(objects);
  }
  changed_.notify_one();
}

void SnapshotWriter::run() {
  while (true) {
    std::vector<k8swatch::Object> objects;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return ends_ || waiting_; });
      if (!waiting_) return;
      objects = *std::exchange(waiting_, std::nullopt);
    }
    done_(k8swatch::write_snapshot(folder_, objects, std::time(nullptr)));
  }
}

}  // namespace headgate::app
