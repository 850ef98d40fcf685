// The reading half both sides share: drains a socket into a MessageReader, edge by edge.
#pragma once

#include <sys/epoll.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>

#include "load/message_reader.h"

namespace headgate::bench {

// Memory every connection of the one thread reads into.
struct Scratch {
  static constexpr std::size_t kSize = 256 * 1024;
  char* data;
};

class StreamReader {
 public:
  enum class Outcome {
    drained,   // nothing more for now
    complete,  // one message whole, and nothing behind it
    ended,     // the peer closed
    failed,    // the connection broke, or the message is wrong: see problem()
  };

  StreamReader(MessageReader::Kind kind, std::string_view body) : reader_(kind, body) {}

  // `bytes` grows by what was read. After `complete` call again with events 0 when `maybe_more()`.
  Outcome read(int fd, Scratch scratch, std::uint32_t events, std::uint64_t& bytes) {
    ended_ |= (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0;
    for (;;) {
      const std::uint64_t skippable = body_seen_ ? reader_.skippable() : 0;
      const bool skip = skippable > kSkipFrom;
      const std::size_t wanted = skip && skippable < kSkipMost ? skippable
                                 : skip                        ? kSkipMost
                                                               : Scratch::kSize;
      // MSG_TRUNC throws the bytes away in the kernel: the body was compared once, its length is still
      // counted.
      const ssize_t count = ::recv(fd, scratch.data, wanted, skip ? MSG_TRUNC : 0);
      if (count == 0) return Outcome::ended;
      if (count < 0)
        return errno == EAGAIN || errno == EWOULDBLOCK ? Outcome::drained : failed("a reset connection");
      const auto size = static_cast<std::size_t>(count);
      bytes += size;
      MessageReader::Result result{MessageReader::State::open, size};
      if (skip) {
        result.state = reader_.skip(size);
      } else {
        result = reader_.feed(scratch.data, size);
      }
      if (result.state == MessageReader::State::broken) return failed(reader_.problem());
      if (result.state == MessageReader::State::complete) {
        if (result.consumed != size) return failed("bytes behind the end of a message");
        reader_.reset();
        body_seen_ = true;
        return Outcome::complete;
      }
      if (size < wanted && !ended_) return Outcome::drained;
    }
  }

  // The peer said it sends no more, which has not been read yet.
  [[nodiscard]] bool maybe_more() const { return ended_; }
  [[nodiscard]] bool in_message() const { return reader_.started(); }
  [[nodiscard]] const char* problem() const { return problem_; }
  [[nodiscard]] bool closes() const { return reader_.closes(); }

 private:
  static constexpr std::size_t kSkipFrom = 32 * 1024;
  static constexpr std::size_t kSkipMost = 4 * 1024 * 1024;

  Outcome failed(const char* problem) {
    problem_ = problem;
    return Outcome::failed;
  }

  MessageReader reader_;
  bool ended_ = false;
  bool body_seen_ = false;  // one whole body on this connection was compared byte by byte
  const char* problem_ = "";
};

}  // namespace headgate::bench
