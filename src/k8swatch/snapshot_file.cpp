#include "k8swatch/snapshot_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/file_descriptor.h"
#include "base/hash.h"
#include "k8swatch/json_writer.h"
#include "k8swatch/line_splitter.h"
#include "k8swatch/object_decoder.h"
#include "k8swatch/object_json.h"

namespace headgate::k8swatch {
namespace {

constexpr const char* kName = "snapshot.jsonl";
constexpr const char* kNewName = "snapshot.jsonl.new";
constexpr std::string_view kFormat = "headgate snapshot 1";
// Another one, or another IncrementalHash, is another format.
constexpr std::uint64_t kChecksumSeed = 0;
constexpr std::size_t kChunk = std::size_t{256} << 10;

Unexpected<Error> system_error(const std::string& what, const std::filesystem::path& path) {
  return fail("cannot " + what + " " + path.string() + ": " + std::strerror(errno));
}

Result<void> write_all(const FileDescriptor& file, std::string_view bytes,
                       const std::filesystem::path& path) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(file.number(), bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return system_error("write", path);
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return {};
}

// Nothing: none of ours, but perhaps one of another version of Headgate.
std::optional<Kind> kind_of(std::string_view name) {
  for (std::size_t i = 0; i < kKindCount; ++i)
    if (to_string(static_cast<Kind>(i)) == name) return static_cast<Kind>(i);
  return std::nullopt;
}

std::string first_line(const std::vector<Kind>& unreadable, std::int64_t written) {
  std::string line;
  JsonWriter json(line);
  json.begin_object();
  json.string("format", kFormat);
  json.number("written", written);
  json.begin_list("unreadable");
  for (const Kind kind : unreadable) json.element(to_string(kind));
  json.end_list();
  json.end_object();
  return line + '\n';
}

std::string last_line(std::size_t count, std::uint64_t checksum) {
  std::string line;
  JsonWriter json(line);
  json.begin_object();
  json.number("objects", static_cast<std::int64_t>(count));
  json.string("checksum", std::to_string(checksum));  // a number of JSON would not hold it
  json.end_object();
  return line + '\n';
}

Result<void> write_file(const std::filesystem::path& path, const SnapshotContent& content,
                        std::int64_t written) {
  // One that was left behind may be somebody's who has it open, or be no file at all: it is not written into.
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) return system_error("remove", path);
  const FileDescriptor file(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, S_IRUSR | S_IWUSR);
  if (!file.is_open()) return system_error("create", path);
  if (::fchmod(file.number(), S_IRUSR | S_IWUSR) != 0) return system_error("set the rights of", path);
  std::string buffer = first_line(content.unreadable, written);
  IncrementalHash checksum(kChecksumSeed);  // against disks, not against people: see check_ours()
  checksum.add(buffer);
  for (const Object& object : content.objects) {
    const std::size_t begin = buffer.size();
    append_json(buffer, object);
    buffer += '\n';
    checksum.add(std::string_view(buffer).substr(begin));
    if (buffer.size() < kChunk) continue;
    if (Result<void> done = write_all(file, buffer, path); !done) return done;
    buffer.clear();
  }
  buffer += last_line(content.objects.size(), checksum.value());
  Result<void> done = write_all(file, buffer, path);
  explicit_bzero(buffer.data(), buffer.size());
  if (!done) return done;
  if (::fsync(file.number()) != 0) return system_error("write", path);
  return {};
}

// What it holds is served: nobody else may have written it.
Result<void> check_ours(const FileDescriptor& file, const std::filesystem::path& path) {
  struct stat facts {};
  if (::fstat(file.number(), &facts) != 0) return system_error("look at", path);
  if (!S_ISREG(facts.st_mode)) return fail(path.string() + " is no regular file");
  if (facts.st_uid != ::geteuid())
    return fail(path.string() + " belongs to another user: " + std::to_string(facts.st_uid));
  if ((facts.st_mode & (S_IWGRP | S_IWOTH)) != 0)
    return fail(path.string() + " can be written by other users");
  return {};
}

Result<void> make_folder(const std::filesystem::path& folder) {
  std::error_code error;
  if (std::filesystem::create_directories(folder, error)) {
    std::filesystem::permissions(folder, std::filesystem::perms::owner_all, error);
  }
  if (error) return fail("cannot create " + folder.string() + ": " + error.message());
  return {};
}

// Reads line after line: the first, the objects, the last.
class Loader {
 public:
  explicit Loader(const DecodeOptions& options) : options_(options) {}

  // False: the file is no snapshot, or not whole; error() says it.
  bool take(std::string_view line) {
    if (is_whole_) return refuse("goes on after its end");
    const std::string expected = std::to_string(checksum_.value());  // of what is before this line
    checksum_.add(line);
    checksum_.add('\n');
    TypeMeta type;
    if (!reader_.open(line)) return refuse(reader_.error().reason);
    if (has_begun_ && decode_type(reader_, type)) return take_object(type);
    JsonValue root;
    std::string format;
    std::optional<std::string> checksum;  // earlier versions wrote none
    std::int64_t count = -1;
    const bool read = reader_.open(line) && reader_.root(root) &&
                      reader_.object(root, [&](std::string_view key, JsonValue& value) {
                        constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
                        if (key == "format") return reader_.string(value, format);
                        if (key == "checksum") return reader_.string(value, checksum.emplace());
                        if (key == "unreadable") return read_unreadable(value);
                        if (key == "written") return reader_.integer(value, 0, kMost, snapshot_.written);
                        return key != "objects" || reader_.integer(value, 0, kMost, count);
                      });
    if (!read) return refuse(reader_.error().reason);
    if (!std::exchange(has_begun_, true)) return format == kFormat || refuse("is of another format");
    if (count < 0 || static_cast<std::size_t>(count) != seen_) return refuse("does not hold what it says");
    if (checksum && *checksum != expected) return refuse("is damaged: its checksum does not match");
    is_whole_ = true;
    return true;
  }
  [[nodiscard]] bool is_whole() const { return is_whole_; }
  [[nodiscard]] const std::string& error() const { return error_; }
  Snapshot take_snapshot() { return std::move(snapshot_); }

 private:
  // Snapshots of earlier versions do not say it.
  bool read_unreadable(JsonValue& value) {
    std::string name;
    return reader_.array(value, [&](JsonValue& element) {
      if (!reader_.string(element, name)) return false;
      if (const auto kind = kind_of(name)) snapshot_.content.unreadable.push_back(*kind);
      return true;
    });
  }
  bool take_object(const TypeMeta& type) {
    ++seen_;
    Kind kind{};
    std::optional<Object> object;
    if (support_of(type, kind) == TypeSupport::supported) object = decode_object(reader_, kind, options_);
    if (object)
      snapshot_.content.objects.push_back(*std::move(object));
    else
      ++snapshot_.undecodable;
    return true;
  }
  bool refuse(std::string reason) {
    error_ = std::move(reason);
    return false;
  }

  const DecodeOptions& options_;
  JsonReader reader_;
  Snapshot snapshot_;
  IncrementalHash checksum_{kChecksumSeed};
  std::size_t seen_ = 0;
  bool has_begun_ = false;
  bool is_whole_ = false;
  std::string error_;
};

}  // namespace

Result<void> prepare_snapshot_folder(const std::filesystem::path& folder) {
  std::error_code error;
  const std::filesystem::file_status status = std::filesystem::status(folder, error);
  if (std::filesystem::exists(status) && !std::filesystem::is_directory(status))
    return fail(folder.string() + " is no folder");
  if (Result<void> made = make_folder(folder); !made) return made;
  if (::access(folder.c_str(), R_OK | W_OK | X_OK) != 0) return system_error("write into", folder);
  return {};
}

Result<void> write_snapshot(const std::filesystem::path& folder, const SnapshotContent& content,
                            std::int64_t written) {
  if (Result<void> made = make_folder(folder); !made) return made;
  const std::filesystem::path fresh = folder / kNewName;
  const std::filesystem::path path = folder / kName;
  if (Result<void> done = write_file(fresh, content, written); !done) return done;
  if (::rename(fresh.c_str(), path.c_str()) != 0) return system_error("rename", fresh);
  const FileDescriptor parent(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  if (!parent.is_open() || ::fsync(parent.number()) != 0) return system_error("write", folder);
  return {};
}

Result<Snapshot> read_snapshot(const std::filesystem::path& folder, const DecodeOptions& options) {
  const std::filesystem::path path = folder / kName;
  const FileDescriptor file(path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW);  // a pipe would be waited for
  if (!file.is_open()) return system_error("open", path);
  if (const Result<void> ours = check_ours(file, path); !ours) return fail(ours.error().message);
  Loader loader(options);
  LineSplitter lines;
  std::string chunk(kChunk, '\0');
  bool is_fine = true;
  while (is_fine) {
    const ssize_t count = ::read(file.number(), chunk.data(), chunk.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return system_error("read", path);
    if (count == 0) break;
    const bool fits = lines.feed(std::string_view(chunk).substr(0, static_cast<std::size_t>(count)),
                                 [&](std::string_view line) { return is_fine = loader.take(line); });
    if (!fits) return fail(path.string() + " has a line that is too long");
  }
  explicit_bzero(chunk.data(), chunk.size());
  if (!is_fine) return fail(path.string() + " " + loader.error());
  if (!loader.is_whole()) return fail(path.string() + " ends too early");
  return loader.take_snapshot();
}

}  // namespace headgate::k8swatch
