#include "observe/descriptor_target.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <string>

namespace headgate::observe {
namespace {

using namespace std::chrono_literals;

// How often a blocked write looks whether the end has come.
constexpr auto kPollSlice = 50ms;

// A pipe or terminal of our own that does not block. Setting O_NONBLOCK on the given descriptor would change
// it for every process that shares it (the shell's terminal, stderr). -1 where the system does not let us.
int reopen_nonblocking(int fd) {
  const std::string path = "/proc/self/fd/" + std::to_string(fd);
  return ::open(path.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
}

}  // namespace

DescriptorTarget::Kind DescriptorTarget::kind_of(int fd) {
  struct stat info {};
  if (fstat(fd, &info) != 0) return Kind::stream;
  if (S_ISSOCK(info.st_mode)) return Kind::socket;
  if (S_ISREG(info.st_mode)) return Kind::regular;
  return Kind::stream;
}

DescriptorTarget::DescriptorTarget(int fd) : fd_(fd), kind_(kind_of(fd)) {
  if (kind_ != Kind::stream) return;
  own_fd_ = reopen_nonblocking(fd);
  // After poll() said "writable" a blocking pipe takes this much without blocking (pipe(7), PIPE_BUF).
  if (own_fd_ < 0) write_limit_ = 4096;
}

DescriptorTarget::~DescriptorTarget() {
  if (own_fd_ >= 0) ::close(own_fd_);
}

// False: the end has come first.
bool DescriptorTarget::wait_writable(const OutOfTime& out_of_time) const {
  pollfd entry{own_fd_ >= 0 ? own_fd_ : fd_, POLLOUT, 0};
  while (!out_of_time()) {
    if (kind_ == Kind::regular) return true;
    // An error or hang-up also counts as ready: the write that follows names it.
    if (::poll(&entry, 1, static_cast<int>(kPollSlice.count())) != 0) return true;
  }
  return false;
}

ssize_t DescriptorTarget::write_some(const char* data, std::size_t size) const {
  if (kind_ == Kind::socket) return ::send(fd_, data, size, MSG_DONTWAIT | MSG_NOSIGNAL);
  return ::write(own_fd_ >= 0 ? own_fd_ : fd_, data, std::min(size, write_limit_));
}

std::uint64_t DescriptorTarget::write(const LogBuffer& buffer, const OutOfTime& out_of_time) {
  const char* data = buffer.data.get();
  const char* const end = data + buffer.size;
  while (data != end) {
    ssize_t written = -1;
    if (wait_writable(out_of_time)) {
      written = write_some(data, static_cast<std::size_t>(end - data));
      if (written < 0 && (errno == EAGAIN || errno == EINTR)) continue;
    }
    // EPIPE, ENOSPC, EIO or out of time: this buffer's rest is lost, the next one is tried again.
    if (written < 0) return static_cast<std::uint64_t>(std::count(data, end, '\n'));
    data += written;
  }
  return 0;
}

}  // namespace headgate::observe
