// Where the access log goes: one thread that writes the Workers' full buffers to a descriptor. A slow,
// blocked or broken descriptor loses lines, which are counted; it never blocks a Worker.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "observe/log_buffer.h"

namespace headgate::observe {

// Owned by the application, one for the process. Its thread starts with the object and ends, after a bounded
// attempt to write what is queued, with it.
class AccessLogSink {
 public:
  static constexpr std::size_t kBufferBytes = std::size_t{64} * 1024;
  // Buffers waiting to be written: what a log reader may lag behind before lines are lost.
  static constexpr std::size_t kQueuedBuffers = 64;

  // `fd` is not owned; -1: the log is off, AccessLog::append() then costs one branch.
  explicit AccessLogSink(int fd);
  ~AccessLogSink();
  AccessLogSink(const AccessLogSink&) = delete;
  AccessLogSink& operator=(const AccessLogSink&) = delete;

  [[nodiscard]] bool enabled() const { return state_ != nullptr; }
  // Takes a buffer of whole lines; returns an empty one of kBufferBytes (recycled where possible). Waits for
  // nothing but the queue's own lock, which is held for a few instructions. Any thread.
  LogBuffer submit(LogBuffer full);
  // Lines lost because the queue was full, the descriptor failed, or time ran out at the end. Any thread.
  [[nodiscard]] std::uint64_t dropped_lines() const;

 private:
  struct State;
  std::unique_ptr<State> state_;  // null: off
};

}  // namespace headgate::observe
