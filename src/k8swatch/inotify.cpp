#include "k8swatch/inotify.h"

#include <sys/inotify.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace headgate::k8swatch {

Inotify::Inotify() : descriptor_(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {}

Inotify::~Inotify() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

int Inotify::add(const std::string& path, std::uint32_t mask) {
  if (descriptor_ < 0) return -ENOSPC;
  const int watch = ::inotify_add_watch(descriptor_, path.c_str(), mask | IN_MASK_ADD);
  return watch >= 0 ? watch : -errno;
}

void Inotify::drop(int watch) {
  // Fails where the kernel dropped the watch already because the inode is gone: just what was wanted.
  if (descriptor_ >= 0) static_cast<void>(::inotify_rm_watch(descriptor_, watch));
}

std::size_t Inotify::fill() {
  if (descriptor_ < 0) return 0;
  while (true) {
    const ssize_t size = ::read(descriptor_, buffer_, sizeof buffer_);
    if (size > 0) return static_cast<std::size_t>(size);
    if (size < 0 && errno == EINTR) continue;
    return 0;
  }
}

Inotify::Event Inotify::event_at(std::size_t& offset) const {
  inotify_event raw{};
  std::memcpy(&raw, buffer_ + offset, sizeof raw);
  Event event{raw.wd, raw.mask, {}};
  if (raw.len > 0) event.name = buffer_ + offset + sizeof raw;  // padded with zeros
  offset += sizeof raw + raw.len;
  return event;
}

}  // namespace headgate::k8swatch
