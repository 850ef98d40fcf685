// Where an access log goes: one thread that writes the Workers' full buffers to a LogTarget. A slow, blocked
// or broken one loses lines, which are counted; it never blocks a Worker.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "observe/log_buffer.h"
#include "observe/log_target.h"
#include "observe/lost_lines.h"

namespace headgate::observe {

// Owned by the application and the Workers that write to it, one for each place. Its thread starts with the
// object and ends, after a bounded attempt to write what is queued, with it.
class AccessLogSink {
 public:
  static constexpr std::size_t kBufferBytes = std::size_t{64} * 1024;
  // Buffers waiting to be written: what a log reader may lag behind before lines are lost.
  static constexpr std::size_t kQueuedBuffers = 64;

  // Null: the log is off, AccessLog::append() then costs one branch. Lines that are lost are counted in
  // `lost`.
  explicit AccessLogSink(std::unique_ptr<LogTarget> target,
                         std::shared_ptr<LostLines> lost = std::make_shared<LostLines>());
  // `fd` is not owned; -1: off.
  explicit AccessLogSink(int fd, std::shared_ptr<LostLines> lost = std::make_shared<LostLines>());
  ~AccessLogSink();
  AccessLogSink(const AccessLogSink&) = delete;
  AccessLogSink& operator=(const AccessLogSink&) = delete;

  // Nothing is submitted any more: what is queued is written as far as a second allows. The thread then ends
  // by itself, which is_over() tells: destroying this waits for it. Any thread.
  void begin_end();
  [[nodiscard]] bool is_over() const;

  [[nodiscard]] bool enabled() const { return state_ != nullptr; }
  // Takes a buffer of whole lines; returns an empty one of kBufferBytes (recycled where possible). Waits for
  // nothing but the queue's own lock, which is held for a few instructions. Any thread.
  LogBuffer submit(LogBuffer full);
  // Lines lost because the queue was full, the target failed, or time ran out at the end. Any thread.
  [[nodiscard]] std::uint64_t dropped_lines() const { return lost_->value(); }

 private:
  struct State;
  std::shared_ptr<LostLines> lost_;
  std::unique_ptr<State> state_;  // null: off
};

}  // namespace headgate::observe
