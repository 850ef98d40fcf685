#include "app/error_log.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "app/log_file.h"
#include "base/log.h"

namespace headgate::app {

ErrorLog::~ErrorLog() {
  log::set_descriptor(STDERR_FILENO);
  if (descriptor_ >= 0) ::close(descriptor_);
}

Result<void> ErrorLog::lead_to(int descriptor) {
  if (descriptor_ >= 0) {
    // Atomic: a line written meanwhile goes to the one place or the other.
    if (::dup3(descriptor, descriptor_, O_CLOEXEC) >= 0) return {};
    return fail(std::string("cannot write the log elsewhere: ") + std::strerror(errno));
  }
  descriptor_ = ::fcntl(descriptor, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
  if (descriptor_ < 0) return fail(std::string("cannot write the log elsewhere: ") + std::strerror(errno));
  log::set_descriptor(descriptor_);
  return {};
}

Result<void> ErrorLog::open(const std::string& place) {
  const Result<LogFile> file = LogFile::open(place);
  if (!file) return fail(file.error().message);
  // The last line here, once it is sure that there is another place.
  if (place != place_) log::info("the log goes on in " + place);
  return lead_to(file->descriptor());
}

Result<void> ErrorLog::follow(const std::string& path) {
  const std::string place = path.empty() ? "stderr" : log_place(path);
  if (place == place_) return {};
  if (Result<void> opened = open(place); !opened) return opened;
  place_ = place;
  return {};
}

Result<void> ErrorLog::reopen() {
  if (place_ == "stderr" || place_ == "stdout") return {};
  return open(place_);
}

}  // namespace headgate::app
