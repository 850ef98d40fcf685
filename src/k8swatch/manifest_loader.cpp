#include "k8swatch/manifest_loader.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <system_error>
#include <thread>

#include "base/file_descriptor.h"
#include "k8swatch/content_hash.h"
#include "k8swatch/json_padding.h"

namespace headgate::k8swatch {
namespace {

// Two writes within one tick of the file system's clock carry the same time.
constexpr std::int64_t kClockTick = 20'000'000;
// Below this a second thread costs more than it saves.
constexpr std::size_t kBytesWorthAThread = 128 * 1024;
constexpr std::size_t kTasksAtOnce = 8;
constexpr unsigned kMaxThreads = 4;

// One document to decode.
struct Task {
  const FileReading* reading;
  const ManifestDocument* document;
  ManifestCatalog::Document* result;
};

// The text of a file and the documents that view it, while they are decoded.
struct OpenText {
  std::string text;
  std::vector<ManifestDocument> documents;
};

FileSignature signature_from(const struct stat& status) {
  FileSignature signature;
  signature.inode = status.st_ino;
  signature.size = status.st_size;
  signature.modified =
      static_cast<std::int64_t>(status.st_mtim.tv_sec) * 1'000'000'000 + status.st_mtim.tv_nsec;
  const std::int64_t now = std::chrono::duration_cast<std::chrono::nanoseconds>(
                               std::chrono::system_clock::now().time_since_epoch())
                               .count();
  if (now - signature.modified < kClockTick) signature.modified = 0;
  return signature;
}

void set_failure(FileReading& reading, int code) {
  const bool absent = code == ENOENT || code == ENOTDIR;
  reading.state = absent ? FileReading::State::absent : FileReading::State::unreadable;
  reading.reason = std::string("cannot be read: ") + std::strerror(code);
}

void read_text(FileReading& reading, std::string& text) {
  const auto file = FileDescriptor::to_read(reading.path);
  struct stat status {};
  if (!file.is_open() || ::fstat(file.number(), &status) != 0) return set_failure(reading, errno);
  if (!S_ISREG(status.st_mode)) {
    reading.state = FileReading::State::unreadable;
    reading.reason = "is not a file";
    return;
  }
  if (status.st_size > ManifestLoader::kMaxFileBytes) {
    reading.state = FileReading::State::unreadable;
    reading.reason = "is larger than " + std::to_string(ManifestLoader::kMaxFileBytes) + " bytes";
    return;
  }
  // The size is a hint; the end of the file is where read() says. What a writer appends meanwhile brings
  // another event, so growth beyond the hint is left to that.
  text.resize(static_cast<std::size_t>(status.st_size) + kJsonPadding);
  std::size_t size = 0;
  while (size < text.size() - kJsonPadding) {
    const ssize_t got = ::read(file.number(), text.data() + size, text.size() - kJsonPadding - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return set_failure(reading, errno);
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  text.resize(size);  // the capacity, and with it the padding, stays
  reading.signature = signature_from(status);
  reading.state = FileReading::State::read;
}

void run_tasks(const std::vector<Task>& tasks, std::atomic<std::size_t>& next, const DecodeOptions& options) {
  ManifestDecoder decoder(options);
  while (true) {
    const std::size_t first = next.fetch_add(kTasksAtOnce, std::memory_order_relaxed);
    if (first >= tasks.size()) return;
    for (std::size_t i = first; i < std::min(first + kTasksAtOnce, tasks.size()); ++i) {
      tasks[i].result->result = decoder.decode(*tasks[i].document, tasks[i].reading->path);
    }
  }
}

}  // namespace

std::size_t ManifestLoader::load(std::vector<FileReading>& readings, std::size_t max_bytes) {
  std::vector<OpenText> texts(readings.size());
  std::vector<Task> tasks;
  std::size_t bytes_read = 0;
  std::size_t bytes = 0;  // to decode
  std::size_t count = 0;
  for (; count < readings.size() && bytes_read < max_bytes; ++count) {
    FileReading& reading = readings[count];
    OpenText& open = texts[count];
    read_text(reading, open.text);
    bytes_read += open.text.size();
    if (reading.state != FileReading::State::read) continue;
    open.documents = split_documents(open.text, format_of(reading.path));
    reading.documents.resize(open.documents.size());
    for (std::size_t j = 0; j < open.documents.size(); ++j) {
      ManifestCatalog::Document& document = reading.documents[j];
      document.hash = content_hash(open.documents[j].text) | 1;  // 0 has a meaning of its own
      document.unchanged = reading.known.contains(document.hash) && open.documents[j].error.empty();
      if (document.unchanged) continue;
      bytes += open.documents[j].text.size();
      tasks.push_back({&reading, &open.documents[j], &document});
    }
  }
  std::atomic<std::size_t> next{0};
  std::vector<std::thread> threads;
  if (bytes >= kBytesWorthAThread) {
    const unsigned wanted = std::min(std::thread::hardware_concurrency(), kMaxThreads);
    try {
      for (unsigned i = 1; i < wanted; ++i) threads.emplace_back([&] { run_tasks(tasks, next, options_); });
    } catch (const std::system_error&) {
      // No thread to be had: this one does the work.
    }
  }
  run_tasks(tasks, next, options_);
  for (std::thread& thread : threads) thread.join();
  return count;
}

FileSignature ManifestLoader::signature_of(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return {};
  return signature_from(status);
}

}  // namespace headgate::k8swatch
