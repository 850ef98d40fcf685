// Finds the manifest files under the roots and tells what happens to them: the part of the folder source that
// knows directories, symbolic links and inotify, and nothing of what the files hold. Control thread only.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "k8swatch/inotify.h"
#include "k8swatch/manifest_catalog.h"

namespace headgate::k8swatch {

class ManifestTree {
 public:
  // Something seen; notices about the same file come in the order in which things happened.
  struct Notice {
    enum class What : std::uint8_t {
      written,  // the file is complete: closed after writing, moved into place, linked
      touched,  // its attributes changed, or it was created: look when it is quiet
      writing,  // somebody has it open and writes
      gone,     // the name is gone
      listed,   // `files` are all manifest files below the folder `file` (or that file itself)
    };
    What what;
    FileKey file;
    std::vector<FileKey> files;  // sorted
  };

  explicit ManifestTree(std::vector<std::string> roots);

  // Fails where a root does not exist. Adds one `listed` notice for each root.
  Result<void> start(std::vector<Notice>& out);
  // Reads what happened since.
  void poll(std::vector<Notice>& out);
  // Lists everything anew, as after a lost event.
  void rescan(std::vector<Notice>& out);

  [[nodiscard]] int descriptor() const { return inotify_.descriptor(); }
  // Some folder could not be watched: only rescan() sees what happens there.
  [[nodiscard]] bool is_blind() const { return !blind_reason_.empty(); }
  [[nodiscard]] const std::string& blind_reason() const { return blind_reason_; }
  [[nodiscard]] bool is_root_present(std::uint32_t root) const { return roots_[root].is_present; }
  [[nodiscard]] const std::string& root_path(std::uint32_t root) const { return roots_[root].path; }
  // Manifests by name: .yaml, .yml, .json, and not hidden.
  static bool is_manifest_name(std::string_view name);

 private:
  struct Root {
    std::string path;      // as given
    std::string absolute;  // the same place without "." and ".."
    bool is_present = false;
    bool is_folder = false;
    bool is_link = false;
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
  };
  // Why an inode is watched; one inode can be watched for several reasons.
  struct Role {
    enum class Why : std::uint8_t {
      folder,    // it holds manifests: `path` is the folder
      ancestor,  // a root lies below it: `path` is the name of the next step towards it
      target,    // it is what the symbolic link `path` (a manifest) leads to
    };
    Why why;
    std::uint32_t root;
    std::string path;
    bool is_parent = false;  // ancestor: directly above the root
  };

  void handle(const Inotify::Event& event, std::vector<Notice>& out);
  void on_folder_event(const Role& role, const Inotify::Event& event, std::vector<Notice>& out);
  void on_ancestor_event(const Role& role, const Inotify::Event& event, std::vector<Notice>& out);
  void on_target_event(const Role& role, const Inotify::Event& event, std::vector<Notice>& out);
  // Looks whether the root is still the same file or folder; if not, lists it anew.
  void check_root(std::uint32_t root, bool always_list, std::vector<Notice>& out);
  void watch_ancestors(std::uint32_t root);
  void list_folder(std::uint32_t root, const std::string& folder, std::size_t depth,
                   std::vector<FileKey>& out);
  // Forgets a folder and all below it.
  void forget(std::uint32_t root, const std::string& folder);
  void follow_link(const FileKey& link);
  void check_links(std::uint32_t root, const std::string& folder, std::vector<Notice>& out);
  int watch(const std::string& path, std::uint32_t mask, Role role);
  void unwatch(int number, Role::Why why, const FileKey& about);

  Inotify inotify_;
  std::vector<Root> roots_;
  std::unordered_map<int, std::vector<Role>> watches_;
  std::map<FileKey, int> folders_;  // folders that hold manifests → watch, -1 where there is none
  std::map<FileKey, int> links_;    // manifests that are symbolic links → watch of the target, or -1
  std::string blind_reason_;
  bool overflowed_ = false;
};

}  // namespace headgate::k8swatch
