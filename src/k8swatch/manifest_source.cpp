#include "k8swatch/manifest_source.h"

#include <algorithm>
#include <utility>

#include "base/log.h"

namespace headgate::k8swatch {
namespace {

std::vector<std::string> strings_of(const std::vector<std::filesystem::path>& paths) {
  std::vector<std::string> strings;
  strings.reserve(paths.size());
  for (const auto& path : paths) strings.push_back(path.string());
  return strings;
}

}  // namespace

ManifestSource::ManifestSource(const std::vector<std::filesystem::path>& roots, ObjectSink& sink,
                               DecodeOptions options)
    : sink_(sink), tree_(strings_of(roots)), loader_(std::move(options)), catalog_(sink) {}

ManifestSource::~ManifestSource() = default;

Result<void> ManifestSource::start(TimePoint now) {
  std::vector<Notice> notices;
  if (auto started = tree_.start(notices); !started) return started;
  for (const Notice& notice : notices) on_notice(notice, now);
  notices = {};
  while (work_slice(now, kStartSlice)) {
  }
  say_blind(now);
  sink_.synced();
  return {};
}

void ManifestSource::on_readable(TimePoint now) {
  poll_tree(now);
  work_slice(now, kLiveSlice);
}

void ManifestSource::run_due(TimePoint now) {
  if (next_rescan_ && *next_rescan_ <= now) {
    std::vector<Notice> notices;
    tree_.rescan(notices);
    for (const Notice& notice : notices) on_notice(notice, now);
    say_blind(now);
  }
  poll_tree(now);
  work_slice(now, kLiveSlice);
}

std::optional<TimePoint> ManifestSource::deadline() const {
  std::optional<TimePoint> earliest = next_rescan_;
  for (const auto& [key, pending] : pending_) {
    if (!earliest || pending.due < *earliest) earliest = pending.due;
  }
  return earliest;
}

void ManifestSource::poll_tree(TimePoint now) {
  const bool was_blind = tree_.is_blind();
  std::vector<Notice> notices;
  tree_.poll(notices);
  for (const Notice& notice : notices) on_notice(notice, now);
  if (tree_.is_blind() != was_blind) say_blind(now);
}

void ManifestSource::on_notice(const Notice& notice, TimePoint now) {
  switch (notice.what) {
    case Notice::What::written:
      pend(notice.file, now, now).due = now;
      return;
    case Notice::What::writing: {
      Pending& pending = pend(notice.file, now, now);
      pending.due = std::min(now + kWriteSettle, std::max(now, pending.first + kMaxSettle));
      return;
    }
    case Notice::What::touched:
      pend(notice.file, now + kWriteSettle, now);
      return;
    case Notice::What::gone:
      pend(notice.file, now, now).due = now + kGoneSettle;
      return;
    case Notice::What::listed:
      on_listing(notice, now);
      return;
  }
}

void ManifestSource::on_listing(const Notice& notice, TimePoint now) {
  const std::uint32_t root = notice.file.root;
  const bool root_is_gone = !tree_.is_root_present(root);
  if (root_is_gone) {
    if (root_gone_since_.try_emplace(root, now).second) {
      log::warning(tree_.root_path(root) + " is gone; what it held serves on for a moment");
    }
  } else {
    root_gone_since_.erase(root);
  }
  for (const FileKey& key : notice.files) {
    const auto known = files_.find(key);
    if (known != files_.end() &&
        ManifestLoader::signature_of(key.path).proves_unchanged(known->second.signature)) {
      pending_.erase(key);  // it came back as it was
      continue;
    }
    pend(key, now, now).due = now;
  }
  const std::string below = notice.file.path.ends_with('/') ? notice.file.path : notice.file.path + '/';
  const TimePoint due = now + (root_is_gone ? kRootGoneSettle : kGoneSettle);
  for (auto it = files_.lower_bound(notice.file); it != files_.end(); ++it) {
    const FileKey& key = it->first;
    const bool is_inside = key == notice.file || (key.root == root && key.path.starts_with(below));
    if (!is_inside) {
      // "a.b" sorts between "a" and "a/b".
      if (key.root != root || !key.path.starts_with(notice.file.path)) break;
      continue;
    }
    if (!std::binary_search(notice.files.begin(), notice.files.end(), key)) {
      Pending& pending = pend(key, due, now);
      pending.due = std::max(pending.due, due);
    }
  }
}

ManifestSource::Pending& ManifestSource::pend(const FileKey& key, TimePoint due, TimePoint now) {
  return pending_.try_emplace(key, Pending{due, now, std::nullopt}).first->second;
}

bool ManifestSource::work_slice(TimePoint now, const Slice& slice) {
  std::vector<std::pair<FileKey, Pending>> due;
  std::vector<FileReading> readings;
  bool has_more = false;
  for (auto it = pending_.begin(); it != pending_.end();) {
    if (it->second.due > now) {
      ++it;
      continue;
    }
    if (due.size() == slice.files) {
      has_more = true;
      break;
    }
    FileReading& reading = readings.emplace_back();
    reading.path = it->first.path;
    const auto known = files_.find(it->first);
    if (known != files_.end()) reading.known = ManifestCatalog::known_documents(known->second.entry);
    due.emplace_back(it->first, it->second);
    it = pending_.erase(it);
  }
  if (due.empty()) return false;
  const std::size_t loaded = loader_.load(readings, slice.bytes);
  for (std::size_t i = loaded; i < due.size(); ++i) pending_.insert(std::move(due[i]));
  has_more |= loaded < due.size();
  due.resize(loaded);
  // A write that began meanwhile has its event in the queue by now. What was read of such a file may be half
  // of it: its new entry in pending_ decides when to look again.
  poll_tree(now);
  for (std::size_t i = 0; i < due.size(); ++i) {
    const auto& [key, pending] = due[i];
    const auto again = pending_.find(key);
    if (again != pending_.end() && now - pending.first < kMaxSettle) {
      again->second.first = pending.first;
      again->second.vanish_since = pending.vanish_since;
      continue;
    }
    apply(key, pending, std::move(readings[i]), now);
  }
  return has_more;
}

void ManifestSource::apply(const FileKey& key, const Pending& pending, FileReading reading, TimePoint now) {
  if (reading.state == FileReading::State::absent) return apply_gone(key, pending, now);
  const auto [place, is_new] = files_.try_emplace(key);
  SourceFile& file = place->second;
  if (is_new) file.entry.key = &place->first;
  if (reading.state == FileReading::State::unreadable) {
    catalog_.set_unreadable(file.entry, std::move(reading.reason));
    pend(key, now + kRetry, now);
    return;
  }
  // The same inode with fewer objects may be a file somebody is about to fill again.
  const bool in_place = reading.signature.inode == file.signature.inode;
  const TimePoint vanish_since = pending.vanish_since.value_or(now);
  const bool wait = in_place && now - vanish_since < kGoneSettle;
  const auto vanished = wait ? ManifestCatalog::Vanished::keep : ManifestCatalog::Vanished::remove;
  file.signature = reading.signature;
  if (catalog_.apply(file.entry, std::move(reading.documents), vanished) == 0) return;
  Pending& later = pend(key, vanish_since + kGoneSettle, now);
  later.vanish_since = vanish_since;
}

void ManifestSource::apply_gone(const FileKey& key, const Pending& pending, TimePoint now) {
  const auto known = files_.find(key);
  if (known == files_.end()) return;
  const auto root_gone = root_gone_since_.find(key.root);
  if (root_gone != root_gone_since_.end() && now < root_gone->second + kRootGoneSettle) {
    pend(key, root_gone->second + kRootGoneSettle, now).first = pending.first;
    return;
  }
  catalog_.remove(known->second.entry);
  files_.erase(known);
}

void ManifestSource::say_blind(TimePoint now) {
  if (!tree_.is_blind()) {
    next_rescan_.reset();
    if (std::exchange(has_said_blind_, false)) sink_.set_source_findings("inotify", {});
    return;
  }
  next_rescan_ = now + kRetry;
  if (std::exchange(has_said_blind_, true)) return;
  const std::string reason =
      tree_.blind_reason() + "; changes are found by looking every " +
      std::to_string(std::chrono::duration_cast<std::chrono::seconds>(kRetry).count()) + " s";
  log::warning(reason);
  sink_.set_source_findings("inotify", {{Severity::warning, "inotify", "", reason}});
}

}  // namespace headgate::k8swatch
