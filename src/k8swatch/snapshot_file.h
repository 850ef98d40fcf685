// The last good objects on disk: one file, one object on each line as JSON, replaced as a whole. It holds
// private keys, so only its owner may read it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <vector>

#include "base/result.h"
#include "k8swatch/decode_options.h"
#include "k8swatch/objects.h"

namespace headgate::k8swatch {

// What the API server said.
struct SnapshotContent {
  std::vector<Object> objects;
  std::vector<Kind> unreadable;  // of which there are no objects because they may not be read
};

struct Snapshot {
  std::int64_t written = 0;  // seconds since 1970
  SnapshotContent content;
  std::size_t undecodable = 0;  // objects left out: another version of Headgate wrote them
};

// For the start: makes `folder` where it is missing, and fails where it is no folder or nothing can be
// written into it.
Result<void> prepare_snapshot_folder(const std::filesystem::path& folder);
// "snapshot.jsonl" in `folder`, which is made where it is missing. When this returns without an error the
// file is on disk; otherwise the one before is still there. Blocks; any thread.
Result<void> write_snapshot(const std::filesystem::path& folder, const SnapshotContent& content,
                            std::int64_t written);
// Fails where there is none, it is not whole, it does not match its checksum (without one, as earlier
// versions wrote it, it is taken), or it is not a regular file of this user that nobody else can
// write.
Result<Snapshot> read_snapshot(const std::filesystem::path& folder, const DecodeOptions& options);

}  // namespace headgate::k8swatch
