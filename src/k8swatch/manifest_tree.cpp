#include "k8swatch/manifest_tree.h"

#include <dirent.h>
#include <sys/inotify.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>
#include <utility>

#include "base/log.h"

namespace headgate::k8swatch {
namespace {

constexpr std::size_t kMaxFolderDepth = 32;
constexpr std::uint32_t kNameMask = IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO;
constexpr std::uint32_t kContentMask = IN_CLOSE_WRITE | IN_MODIFY | IN_ATTRIB;
constexpr std::uint32_t kFolderMask = kNameMask | kContentMask | IN_ONLYDIR | IN_EXCL_UNLINK;
constexpr std::uint32_t kAncestorMask = kNameMask | IN_ONLYDIR;
constexpr std::uint32_t kTargetMask = kContentMask | IN_DELETE_SELF | IN_MOVE_SELF;

using Notice = ManifestTree::Notice;
using What = Notice::What;

bool is_hidden(std::string_view name) { return name.starts_with('.'); }

std::string join(const std::string& folder, std::string_view name) {
  std::string path = folder;
  if (!path.ends_with('/')) path += '/';
  path += name;
  return path;
}

std::string parent_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? "." : path.substr(0, std::max<std::size_t>(slash, 1));
}

bool is_link(const std::string& path) {
  struct stat status {};
  return ::lstat(path.c_str(), &status) == 0 && S_ISLNK(status.st_mode);
}

bool is_regular(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode);
}

// The entries of a map keyed by FileKey that lie below `folder`.
template <typename Map>
auto below(Map& map, std::uint32_t root, const std::string& folder) {
  const std::string from = join(folder, "");
  std::string to = from;
  ++to.back();  // '/' + 1: behind all paths that start with from
  return std::pair(map.lower_bound({root, from}), map.lower_bound({root, to}));
}

}  // namespace

bool ManifestTree::is_manifest_name(std::string_view name) {
  return !is_hidden(name) && (name.ends_with(".yaml") || name.ends_with(".yml") || name.ends_with(".json"));
}

ManifestTree::ManifestTree(std::vector<std::string> roots) {
  const auto trim = [](std::string& path) {
    while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  };
  std::vector<std::string> places;
  for (std::string& path : roots) {
    trim(path);
    trim(places.emplace_back(std::filesystem::absolute(path).lexically_normal().string()));
  }
  for (std::size_t i = 0; i < roots.size(); ++i) {
    const auto covers = [&](std::size_t other) {
      return (places[other] == places[i] && other < i) || places[i].starts_with(join(places[other], ""));
    };
    bool is_covered = false;
    for (std::size_t other = 0; other < roots.size(); ++other) is_covered |= other != i && covers(other);
    if (is_covered) {
      log::warning(roots[i] + " lies within another manifest path and is not read twice");
      continue;
    }
    Root& root = roots_.emplace_back();
    root.absolute = places[i];
    root.path = std::move(roots[i]);
  }
}

Result<void> ManifestTree::start(std::vector<Notice>& out) {
  for (const Root& root : roots_) {
    struct stat status {};
    if (::stat(root.path.c_str(), &status) != 0) return fail(root.path + ": " + std::strerror(errno));
    if (!S_ISDIR(status.st_mode) && !S_ISREG(status.st_mode)) {
      return fail(root.path + ": neither a file nor a folder");
    }
  }
  rescan(out);
  return {};
}

void ManifestTree::rescan(std::vector<Notice>& out) {
  blind_reason_.clear();
  for (std::uint32_t root = 0; root < roots_.size(); ++root) check_root(root, true, out);
}

void ManifestTree::poll(std::vector<Notice>& out) {
  inotify_.read([&](const Inotify::Event& event) { handle(event, out); });
  if (!std::exchange(overflowed_, false)) return;
  rescan(out);
}

void ManifestTree::handle(const Inotify::Event& event, std::vector<Notice>& out) {
  if ((event.mask & IN_Q_OVERFLOW) != 0) {
    overflowed_ = true;
    return;
  }
  const auto found = watches_.find(event.watch);
  if (found == watches_.end()) return;
  // Handling an event can change the watches.
  const std::vector<Role> roles = found->second;
  if ((event.mask & IN_IGNORED) != 0) watches_.erase(found);
  for (const Role& role : roles) {
    switch (role.why) {
      case Role::Why::folder:
        on_folder_event(role, event, out);
        break;
      case Role::Why::ancestor:
        on_ancestor_event(role, event, out);
        break;
      case Role::Why::target:
        on_target_event(role, event, out);
        break;
    }
  }
}

void ManifestTree::on_folder_event(const Role& role, const Inotify::Event& event, std::vector<Notice>& out) {
  if (event.name.empty()) {
    // About the folder itself, which its parent tells as well; but a root that is deleted and made again at
    // once can be the same inode and yet needs a new watch.
    if ((event.mask & IN_IGNORED) != 0 && role.path == roots_[role.root].path) {
      check_root(role.root, true, out);
    }
    return;
  }
  const bool came = (event.mask & (IN_CREATE | IN_MOVED_TO)) != 0;
  const bool went = (event.mask & (IN_DELETE | IN_MOVED_FROM)) != 0;
  FileKey key{role.root, join(role.path, event.name)};
  if ((event.mask & IN_ISDIR) != 0) {
    if (is_hidden(event.name) || !(came || went)) return;
    forget(role.root, key.path);
    Notice notice{What::listed, std::move(key), {}};
    if (came) list_folder(role.root, notice.file.path, 1, notice.files);
    std::sort(notice.files.begin(), notice.files.end());
    out.push_back(std::move(notice));
    return;
  }
  if (!is_manifest_name(event.name)) {
    // Perhaps a step of a symbolic link's way, as "..data" of a ConfigMap volume is.
    if (came || went) check_links(role.root, role.path, out);
    return;
  }
  if (went) {
    unwatch(links_.contains(key) ? links_[key] : -1, Role::Why::target, key);
    links_.erase(key);
    out.push_back({What::gone, std::move(key), {}});
    return;
  }
  What what = What::touched;
  if ((event.mask & (IN_CLOSE_WRITE | IN_MOVED_TO)) != 0) what = What::written;
  if ((event.mask & IN_MODIFY) != 0) what = What::writing;
  if (came && is_link(key.path)) {
    follow_link(key);
    what = What::written;
  }
  out.push_back({what, std::move(key), {}});
}

void ManifestTree::on_ancestor_event(const Role& role, const Inotify::Event& event,
                                     std::vector<Notice>& out) {
  const Root& root = roots_[role.root];
  if (event.name != role.path) {
    // A link on the way to the root may have been turned elsewhere.
    if (root.is_link && (event.mask & kNameMask) != 0) check_root(role.root, false, out);
    return;
  }
  const bool is_content = (event.mask & kContentMask) != 0 && (event.mask & kNameMask) == 0;
  if (!is_content) {
    watch_ancestors(role.root);
    check_root(role.root, false, out);
  }
  if (!role.is_parent || root.is_folder || !root.is_present) return;
  What what = What::touched;
  if ((event.mask & (IN_CLOSE_WRITE | IN_MOVED_TO)) != 0) what = What::written;
  if ((event.mask & IN_MODIFY) != 0) what = What::writing;
  out.push_back({what, {role.root, root.path}, {}});
}

void ManifestTree::on_target_event(const Role& role, const Inotify::Event& event, std::vector<Notice>& out) {
  const FileKey key{role.root, role.path};
  if ((event.mask & IN_MODIFY) != 0) {
    out.push_back({What::writing, key, {}});
    return;
  }
  // A lost link count is an attribute change too: the name may lead to another inode now.
  follow_link(key);
  out.push_back({(event.mask & IN_CLOSE_WRITE) != 0 ? What::written : What::touched, key, {}});
}

void ManifestTree::check_root(std::uint32_t number, bool always_list, std::vector<Notice>& out) {
  Root& root = roots_[number];
  if (always_list) watch_ancestors(number);
  struct stat status {};
  const bool is_present = ::stat(root.path.c_str(), &status) == 0;
  const bool is_same = is_present == root.is_present &&
                       (!is_present || (status.st_dev == root.device && status.st_ino == root.inode));
  root.is_link = is_link(root.path);
  if (is_same && !always_list) return;
  if (!is_same) forget(number, root.path);
  root.is_present = is_present;
  root.is_folder = is_present && S_ISDIR(status.st_mode);
  root.device = status.st_dev;
  root.inode = status.st_ino;
  Notice notice{What::listed, {number, root.path}, {}};
  if (root.is_folder) {
    list_folder(number, root.path, 0, notice.files);
    std::sort(notice.files.begin(), notice.files.end());
  } else if (is_present) {
    notice.files.push_back(notice.file);
    // What is written to the file itself shows up in its folder.
    static_cast<void>(inotify_.add(parent_of(root.absolute), kContentMask | IN_ONLYDIR));
    if (root.is_link) follow_link(notice.file);
  }
  out.push_back(std::move(notice));
}

void ManifestTree::watch_ancestors(std::uint32_t number) {
  const Root& root = roots_[number];
  std::string path = root.absolute;
  bool is_parent = true;
  while (path.size() > 1) {
    const std::string parent = parent_of(path);
    const std::string name = path.substr(path.rfind('/') + 1);
    // Where a folder on the way is not ours to read, changes above that point are not seen; nor need they be.
    static_cast<void>(watch(parent, kAncestorMask, {Role::Why::ancestor, number, name, is_parent}));
    path = parent;
    is_parent = false;
  }
}

void ManifestTree::list_folder(std::uint32_t root, const std::string& folder, std::size_t depth,
                               std::vector<FileKey>& out) {
  if (depth > kMaxFolderDepth) {
    log::warning(folder + " lies too deep and is not read");
    return;
  }
  // Watched before it is read, so that nothing falls between.
  const int number = watch(folder, kFolderMask, {Role::Why::folder, root, folder});
  folders_[{root, folder}] = number;
  const std::unique_ptr<DIR, int (*)(DIR*)> listing(::opendir(folder.c_str()), ::closedir);
  if (!listing) return;
  while (const dirent* entry = ::readdir(listing.get())) {
    const std::string_view name = entry->d_name;
    if (is_hidden(name)) continue;
    unsigned char type = entry->d_type;
    std::string path = join(folder, name);
    if (type == DT_UNKNOWN) {
      struct stat status {};
      if (::lstat(path.c_str(), &status) != 0) continue;
      type = S_ISDIR(status.st_mode)   ? DT_DIR
             : S_ISLNK(status.st_mode) ? DT_LNK
             : S_ISREG(status.st_mode) ? DT_REG
                                       : DT_UNKNOWN;
    }
    if (type == DT_DIR) {
      list_folder(root, path, depth + 1, out);
    } else if (is_manifest_name(name) && (type == DT_REG || (type == DT_LNK && is_regular(path)))) {
      if (type == DT_LNK) follow_link({root, path});
      out.push_back({root, std::move(path)});
    }
  }
}

void ManifestTree::forget(std::uint32_t root, const std::string& folder) {
  const auto forget_range = [this](std::map<FileKey, int>& map, auto begin, auto end, Role::Why why) {
    for (auto it = begin; it != end; ++it) unwatch(it->second, why, it->first);
    map.erase(begin, end);
  };
  for (auto* map : {&folders_, &links_}) {
    const Role::Why why = map == &folders_ ? Role::Why::folder : Role::Why::target;
    const auto [begin, end] = below(*map, root, folder);
    forget_range(*map, begin, end, why);
    const auto self = map->find({root, folder});
    if (self != map->end()) forget_range(*map, self, std::next(self), why);
  }
}

void ManifestTree::follow_link(const FileKey& link) {
  const auto known = links_.find(link);
  if (known != links_.end()) unwatch(known->second, Role::Why::target, link);
  links_[link] = watch(link.path, kTargetMask, {Role::Why::target, link.root, link.path});
}

void ManifestTree::check_links(std::uint32_t root, const std::string& folder, std::vector<Notice>& out) {
  const auto [begin, end] = below(links_, root, folder);
  std::vector<FileKey> links;
  for (auto it = begin; it != end; ++it) {
    if (parent_of(it->first.path) == folder) links.push_back(it->first);
  }
  for (FileKey& link : links) {
    follow_link(link);
    out.push_back({What::written, std::move(link), {}});
  }
}

int ManifestTree::watch(const std::string& path, std::uint32_t mask, Role role) {
  const int number = inotify_.add(path, mask);
  if (number == -ENOSPC) {
    blind_reason_ = inotify_.descriptor() < 0
                        ? "no inotify instance is left (sysctl fs.inotify.max_user_instances)"
                        : "no inotify watch is left for " + path + " (sysctl fs.inotify.max_user_watches)";
  }
  if (number < 0) return -1;
  std::vector<Role>& roles = watches_[number];
  // A folder that was renamed keeps its watch; what it is called now replaces what it was called.
  const auto same = std::find_if(roles.begin(), roles.end(), [&](const Role& known) {
    return known.why == role.why && known.root == role.root &&
           (role.why == Role::Why::folder || known.path == role.path);
  });
  if (same != roles.end()) {
    *same = std::move(role);
  } else {
    roles.push_back(std::move(role));
    roles.shrink_to_fit();
  }
  return number;
}

void ManifestTree::unwatch(int number, Role::Why why, const FileKey& about) {
  const auto found = watches_.find(number);
  if (found == watches_.end()) return;
  std::erase_if(found->second, [&](const Role& role) {
    return role.why == why && role.root == about.root && role.path == about.path;
  });
  if (!found->second.empty()) return;
  watches_.erase(found);
  inotify_.drop(number);
}

}  // namespace headgate::k8swatch
