#include "proxy/content_spool.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "base/log.h"

namespace headgate::proxy {
namespace {

constexpr mode_t kOwnerOnly = 0600;

std::string usual_folder() {
  const char* const named = std::getenv("TMPDIR");  // NOLINT(concurrency-mt-unsafe): before any thread
  return named != nullptr && *named != '\0' ? named : "/tmp";
}

}  // namespace

ContentSpool::ContentSpool(std::string folder, std::uint64_t most_in_memory, std::uint64_t most_in_files)
    : folder_(folder.empty() ? usual_folder() : std::move(folder)),
      memory_(most_in_memory),
      files_(most_in_files),
      answers_in_memory_(most_in_memory / 2),
      answers_in_files_(most_in_files / 2) {}

int ContentSpool::open_file() const {
  const int nameless = ::open(folder_.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, kOwnerOnly);
  // File systems that cannot do that say EOPNOTSUPP (or EISDIR, as kernels that do not know it).
  if (nameless >= 0 || (errno != EOPNOTSUPP && errno != EISDIR)) return nameless;
  std::string path = folder_ + "/headgate-content-XXXXXX";
  const int named = ::mkostemp(path.data(), O_CLOEXEC);
  if (named >= 0) ::unlink(path.c_str());
  return named;
}

void ContentSpool::tell_no_file(int error) {
  if (told_no_file_.exchange(true, std::memory_order_relaxed)) return;
  log::warning("the content of a buffered request (proxy-request-buffering) cannot be kept in a file in " +
               folder_ + " (--request-buffer-dir): " + std::strerror(error) +
               "; such requests are answered with 500. Further ones are counted as request_buffer_file");
}

void ContentSpool::tell_full() {
  if (told_full_.exchange(true, std::memory_order_relaxed)) return;
  log::warning("the contents of buffered requests (proxy-request-buffering) have reached the " +
               std::to_string(files_.all().most()) +
               " bytes of --request-buffer-disk; further requests that need a file are answered with 503 "
               "until there is room, and counted as request_buffer_full");
}

void ContentSpool::tell_no_answer_file(int error) {
  if (told_no_answer_file_.exchange(true, std::memory_order_relaxed)) return;
  log::warning("answers whose clients are slow (proxy-buffering) cannot be kept in files in " + folder_ +
               " (--request-buffer-dir): " + std::strerror(error) +
               "; once their part of memory is full, their pods wait for their clients");
}

void ContentSpool::tell_lost_answer_file(int error) {
  if (told_lost_answer_file_.exchange(true, std::memory_order_relaxed)) return;
  log::warning("an answer was cut: its file in " + folder_ +
               " (--request-buffer-dir) cannot be read again: " + std::strerror(error));
}

}  // namespace headgate::proxy
