// Reads manifest files and decodes their documents, on several threads where it is worth it.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_set>
#include <vector>

#include "k8swatch/decode_options.h"
#include "k8swatch/manifest_catalog.h"

namespace headgate::k8swatch {

// Tells a file that changed from one that did not, without reading it.
struct FileSignature {
  std::uint64_t inode = 0;
  std::int64_t modified = 0;  // nanoseconds since 1970; 0: so recent that a later write might not show
  std::int64_t size = -1;
  // Certainly the same content: two recent ones are never said to be.
  [[nodiscard]] bool proves_unchanged(const FileSignature& earlier) const {
    return modified != 0 && modified == earlier.modified && inode == earlier.inode && size == earlier.size;
  }
};

// One file on its way from the disk to the catalog.
struct FileReading {
  enum class State : std::uint8_t { read, absent, unreadable };

  std::string path;
  std::unordered_set<std::uint64_t> known;  // hashes of documents that need no decoding

  State state = State::absent;
  std::string reason;  // unreadable: why
  FileSignature signature;
  std::vector<ManifestCatalog::Document> documents;  // in the order of the file
};

class ManifestLoader {
 public:
  static constexpr std::int64_t kMaxFileBytes = std::int64_t{256} << 20;

  explicit ManifestLoader(DecodeOptions options) : options_(std::move(options)) {}

  // Fills in what the files hold, in order, until at least `max_bytes` of text were read; returns how many
  // files that are. Blocks until done; the threads it uses are gone when it returns.
  std::size_t load(std::vector<FileReading>& readings, std::size_t max_bytes);

  // The signature of the file now, or an empty one where there is none.
  static FileSignature signature_of(const std::string& path);

 private:
  DecodeOptions options_;
};

}  // namespace headgate::k8swatch
