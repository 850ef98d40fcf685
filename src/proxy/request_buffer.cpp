#include "proxy/request_buffer.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace headgate::proxy {

RequestBuffer::RequestBuffer(ContentSpool& spool, std::string_view namespace_name,
                             std::uint64_t most_in_memory)
    : spool_(spool),
      most_in_memory_(most_in_memory),
      memory_share_(spool.memory()),
      file_share_(spool.files()),
      namespace_share_(spool.files_of(namespace_name)) {}

RequestBuffer::Added RequestBuffer::append(std::string_view bytes) {
  if (bytes.empty()) return Added::done;
  if (in_file()) return add_to_file(bytes);
  // Where all requests together fill the memory, files take over: slower, and no reason to refuse anybody.
  // What counts is what is held, not what is used of it.
  if (size_ + bytes.size() <= most_in_memory_ &&
      memory_share_.take(memory_.capacity_for(bytes.size()) - memory_.capacity())) {
    memory_.append(bytes);
    size_ += bytes.size();
    return Added::done;
  }
  if (!take_file_bytes(size_ + bytes.size())) return Added::full;
  file_ = spool_.open_file();
  if (!in_file()) return Added::no_file;
  size_ = 0;
  if (!write(memory_.view()) || !write(bytes)) return Added::no_file;
  memory_.release();
  memory_share_.give_back();
  return Added::done;
}

// What is taken of one bound alone is given back with the buffer, which is of no use then.
bool RequestBuffer::take_file_bytes(std::uint64_t bytes) {
  return namespace_share_.take(bytes) && file_share_.take(bytes);
}

RequestBuffer::Added RequestBuffer::add_to_file(std::string_view bytes) {
  if (!take_file_bytes(bytes.size())) return Added::full;
  return write(bytes) ? Added::done : Added::no_file;
}

bool RequestBuffer::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::pwrite(file_, bytes.data(), bytes.size(), static_cast<off_t>(size_));
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
    size_ += static_cast<std::uint64_t>(written);
  }
  return true;
}

std::string_view RequestBuffer::read(std::uint64_t at, char* data, std::size_t room) const {
  const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(room, size_ - at));
  if (!in_file()) return memory_.view().substr(static_cast<std::size_t>(at), size);
  while (true) {
    const ssize_t got = ::pread(file_, data, size, static_cast<off_t>(at));
    if (got > 0) return {data, static_cast<std::size_t>(got)};
    if (got == 0) errno = EIO;  // shorter than what was written to it
    if (got == 0 || errno != EINTR) return {};
  }
}

void RequestBuffer::release() {
  memory_.release();
  memory_share_.give_back();
  if (in_file()) ::close(std::exchange(file_, -1));
  file_share_.give_back();
  namespace_share_.give_back();
  size_ = 0;
}

}  // namespace headgate::proxy
