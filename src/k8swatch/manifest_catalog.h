// Which object each manifest file defines, and which definition counts where several files define the same
// one: the last in path order. Delivers the difference to the sink when a file changes. Knows nothing of the
// file system. Control thread only.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "k8swatch/manifest_decoder.h"
#include "k8swatch/object_sink.h"

namespace headgate::k8swatch {

// Names a manifest file and gives it its place in path order.
struct FileKey {
  std::uint32_t root = 0;  // index of the root it was found under
  std::string path;
  friend bool operator==(const FileKey&, const FileKey&) = default;
  friend auto operator<=>(const FileKey&, const FileKey&) = default;
};

class ManifestCatalog {
 public:
  struct Definition;

  // What the catalog knows of one file; owned by the source, which must hand it back with remove() before it
  // dies. Must not move.
  struct File {
    File() = default;
    File(const File&) = delete;
    File& operator=(const File&) = delete;

    const FileKey* key = nullptr;          // set by the owner before first use
    std::vector<Definition*> definitions;  // in the order of the documents, kept ones first
    std::vector<Finding> findings;         // of its documents
    bool has_said_findings = false;
  };

  // One object as one document defines it.
  struct Definition {
    Object object;
    File* file = nullptr;
    std::uint64_t document_hash = 0;  // 0: the document must be decoded again in any case
    std::uint32_t ordinal = 0;        // place in file->definitions
    bool delivered = false;           // the sink holds this one
    bool changed = false;             // since it was delivered
    bool shadowed = false;            // another definition counts
    bool taken = false;               // while a file is being applied: still there
  };

  struct Document {
    std::uint64_t hash = 0;
    bool unchanged = false;  // the file's definitions with this hash stand; `result` is empty
    DocumentResult result;
  };
  enum class Vanished {
    remove,  // an object that the file does not define any more is removed
    keep,    // … keeps its last definition for now
  };

  explicit ManifestCatalog(ObjectSink& sink) : sink_(sink) {}

  // The hashes of documents of `file` that need no decoding when they are seen again.
  static std::unordered_set<std::uint64_t> known_documents(const File& file);

  // Replaces what `file` defines. Objects of documents that are broken now keep their last good definition;
  // where a broken document does not say which object it is, all missing objects of the file do. Returns how
  // many definitions were kept only because of Vanished::keep.
  std::size_t apply(File& file, std::vector<Document> documents, Vanished vanished);
  // The file cannot be read: everything it defined stays.
  void set_unreadable(File& file, std::string reason);
  // The file is gone.
  void remove(File& file);

  [[nodiscard]] std::size_t definition_count() const { return index_.size(); }

 private:
  using Index = std::unordered_multimap<std::uint64_t, Definition>;  // by hash of the object's key

  Definition* find_untaken(const File& file, const Object& object);
  Definition& insert(File& file, Object object);
  Object extract(Definition& definition);
  // Decides anew which definition of the object counts. `gone`: the delivered definition was just erased.
  void resolve(const Object& object, bool gone);
  void resolve_removed(const std::vector<Definition*>& removed);
  void say_findings(File& file);

  ObjectSink& sink_;
  Index index_;
  std::unordered_set<File*> affected_;  // files whose list of shadowed definitions changed
};

}  // namespace headgate::k8swatch
