#include "app/log_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace headgate::app {
namespace {

constexpr const char* kNginxFolder = "/var/log/nginx";

}  // namespace

std::string log_place(const std::string& path, bool has_nginx_folder) {
  if (path == "/dev/stdout") return "stdout";
  if (path == "/dev/stderr") return "stderr";
  if (!has_nginx_folder && path == std::string(kNginxFolder) + "/access.log") return "stdout";
  if (!has_nginx_folder && path == std::string(kNginxFolder) + "/error.log") return "stderr";
  return path;
}

std::string log_place(const std::string& path) {
  struct stat info {};
  return log_place(path, ::stat(kNginxFolder, &info) == 0);
}

Result<int> open_for_append(const std::string& path) {
  const int descriptor =
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0644);
  if (descriptor < 0) return fail("cannot open " + path + ": " + std::strerror(errno));
  return descriptor;
}

Result<LogFile> LogFile::open(const std::string& place) {
  if (place == "off") return LogFile(-1, "");
  if (place == "stdout") return LogFile(STDOUT_FILENO, "");
  if (place == "stderr") return LogFile(STDERR_FILENO, "");
  const Result<int> descriptor = open_for_append(place);
  if (!descriptor) return fail(descriptor.error().message);
  return LogFile(*descriptor, place);
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
  if (moved < 0) return fail("cannot reopen " + path_ + ": " + std::strerror(error));
  return {};
}

}  // namespace headgate::app
