// A message being sent: two pieces of memory that belong to someone else and outlive the sending.
#pragma once

#include <sys/socket.h>
#include <sys/uio.h>

#include <cerrno>
#include <cstddef>
#include <string_view>

namespace headgate::bench {

class Outbox {
 public:
  enum class Progress { done, blocked, failed };

  void put(std::string_view first, std::string_view second) {
    first_ = first;
    second_ = second;
  }
  [[nodiscard]] bool empty() const { return first_.empty() && second_.empty(); }
  void clear() { put({}, {}); }

  // Sends until all is gone or the socket takes no more (then: again on EPOLLOUT).
  Progress flush(int fd) {
    while (!empty()) {
      const ssize_t count =
          second_.empty() ? ::send(fd, first_.data(), first_.size(), MSG_NOSIGNAL) : send_both(fd);
      if (count < 0) return errno == EAGAIN || errno == EWOULDBLOCK ? Progress::blocked : Progress::failed;
      consume(static_cast<std::size_t>(count));
    }
    return Progress::done;
  }

 private:
  ssize_t send_both(int fd) const {
    iovec pieces[2] = {{const_cast<char*>(first_.data()), first_.size()},
                       {const_cast<char*>(second_.data()), second_.size()}};
    msghdr message{};
    message.msg_iov = pieces;
    message.msg_iovlen = 2;
    return ::sendmsg(fd, &message, MSG_NOSIGNAL);
  }
  void consume(std::size_t count) {
    const std::size_t of_first = count < first_.size() ? count : first_.size();
    first_.remove_prefix(of_first);
    second_.remove_prefix(count - of_first);
  }

  std::string_view first_;
  std::string_view second_;
};

}  // namespace headgate::bench
