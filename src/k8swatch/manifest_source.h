// The folder source: delivers the objects of the manifest files under some roots (files or folders) to a sink
// and follows what happens to them. Sans event loop: the owner polls descriptor() and calls back. Control
// thread only.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "k8swatch/manifest_loader.h"
#include "k8swatch/manifest_tree.h"
#include "k8swatch/object_source.h"

namespace headgate::k8swatch {

class ManifestSource : public ObjectSource {
 public:
  // A file that is being written is read when nobody wrote to it for this long, unless it is closed before.
  static constexpr Duration kWriteSettle = std::chrono::milliseconds(200);
  // A name that vanished gets this long to come back (editors move the old file away before they write the
  // new one), and so does an object that vanished from a file that was rewritten in place.
  static constexpr Duration kGoneSettle = std::chrono::milliseconds(100);
  // The same for a root.
  static constexpr Duration kRootGoneSettle = std::chrono::seconds(1);
  // However busy the writers are, a file is read after this long.
  static constexpr Duration kMaxSettle = std::chrono::seconds(2);
  // How often files that could not be read, and trees that cannot be watched, are looked at.
  static constexpr Duration kRetry = std::chrono::seconds(5);

  ManifestSource(const std::vector<std::filesystem::path>& roots, ObjectSink& sink,
                 DecodeOptions options = {});
  ~ManifestSource() override;
  ManifestSource(const ManifestSource&) = delete;
  ManifestSource& operator=(const ManifestSource&) = delete;

  // Reads everything there is, then says synced(). Blocks; to be called once. Fails where a root does not
  // exist.
  Result<void> start(TimePoint now) override;
  Result<void> start() { return start(Clock::now()); }

  // Readable when something happened; -1 where the system has no inotify instance left (then deadline()
  // drives).
  [[nodiscard]] int descriptor() const override { return tree_.descriptor(); }
  // Both return soon: a flood of changes is worked off in slices, with a deadline in the past in between.
  void on_readable(TimePoint now) override;
  void run_due(TimePoint now) override;
  // When run_due() wants to be called; nullopt: only on_readable() matters.
  [[nodiscard]] std::optional<TimePoint> deadline() const override;

 private:
  struct SourceFile {
    ManifestCatalog::File entry;
    FileSignature signature;
  };
  // A file that is to be looked at.
  struct Pending {
    TimePoint due;
    TimePoint first;                        // when this began
    std::optional<TimePoint> vanish_since;  // objects are missing from it since
  };
  using Notice = ManifestTree::Notice;
  // Bounds one piece of work: how long the thread is away and how much text is in memory.
  struct Slice {
    std::size_t files;
    std::size_t bytes;
  };
  static constexpr Slice kStartSlice{1024, std::size_t{4} << 20};
  static constexpr Slice kLiveSlice{128, std::size_t{256} << 10};

  void poll_tree(TimePoint now);
  void on_notice(const Notice& notice, TimePoint now);
  void on_listing(const Notice& notice, TimePoint now);
  Pending& pend(const FileKey& key, TimePoint due, TimePoint now);
  // Takes the files that are due, at most a slice of them, and reads them.
  bool work_slice(TimePoint now, const Slice& slice);
  void apply(const FileKey& key, const Pending& pending, FileReading reading, TimePoint now);
  void apply_gone(const FileKey& key, const Pending& pending, TimePoint now);
  void say_blind(TimePoint now);

  ObjectSink& sink_;
  ManifestTree tree_;
  ManifestLoader loader_;
  ManifestCatalog catalog_;
  std::map<FileKey, SourceFile> files_;
  std::map<FileKey, Pending> pending_;
  std::map<std::uint32_t, TimePoint> root_gone_since_;
  std::optional<TimePoint> next_rescan_;
  bool has_said_blind_ = false;
};

}  // namespace headgate::k8swatch
