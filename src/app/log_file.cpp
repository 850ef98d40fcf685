#include "app/log_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace headgate::app {
namespace {

Result<int> open_for_append(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (descriptor < 0) return fail("access log: cannot open " + path + ": " + std::strerror(errno));
  return descriptor;
}

}  // namespace

Result<LogFile> LogFile::open(const std::string& path) {
  if (path == "off") return LogFile(-1, "");
  if (path == "stdout" || path == "/dev/stdout") return LogFile(STDOUT_FILENO, "");
  const Result<int> descriptor = open_for_append(path);
  if (!descriptor) return fail(descriptor.error().message);
  return LogFile(*descriptor, path);
}

LogFile::LogFile(LogFile&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), path_(std::exchange(other.path_, {})) {}

LogFile::~LogFile() {
  if (!path_.empty() && descriptor_ >= 0) ::close(descriptor_);
}

Result<void> LogFile::reopen() {
  if (path_.empty()) return {};
  const Result<int> fresh = open_for_append(path_);
  if (!fresh) return fail(fresh.error().message);
  // Atomic: a line written meanwhile goes to the one file or the other.
  const int moved = ::dup3(*fresh, descriptor_, O_CLOEXEC);
  const int error = errno;
  ::close(*fresh);
  if (moved < 0) return fail("access log: cannot reopen " + path_ + ": " + std::strerror(error));
  return {};
}

}  // namespace headgate::app
