// The access log: each Worker formats lines by hand into its own buffer; one sink thread writes full buffers
// to the descriptor. A slow or blocked log never blocks a Worker: buffers that find the queue full are
// dropped and counted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "observe/access_record.h"

namespace headgate::observe {

// Owned by the application, one for the process. Its thread starts with the object and ends, after a bounded
// attempt to write what is queued, with it.
class AccessLogSink {
 public:
  // `fd` is not owned; -1: the log is off, append() then costs one branch.
  explicit AccessLogSink(int fd);
  ~AccessLogSink();
  AccessLogSink(const AccessLogSink&) = delete;
  AccessLogSink& operator=(const AccessLogSink&) = delete;

  [[nodiscard]] bool enabled() const;
  // Takes a full buffer; returns an empty one with capacity (recycled). Never blocks. Any thread.
  std::string submit(std::string full);
  // Lines lost because the descriptor did not keep up. Any thread.
  [[nodiscard]] std::uint64_t dropped_lines() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// One for each Worker, used by its thread only.
class AccessLog {
 public:
  explicit AccessLog(AccessLogSink& sink);
  // Adds one line in the default format of ingress-nginx (log-format-upstream):
  //   $remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer"
  //   "$http_user_agent" $request_length $request_time [$proxy_upstream_name]
  //   [$proxy_alternative_upstream_name] $upstream_addr $upstream_response_length $upstream_response_time
  //   $upstream_status $req_id
  // Client text is escaped as nginx does: '"', '\' and bytes outside 0x20..0x7e as \xXX; empty prints "-".
  void append(const AccessRecord& record);
  // Hands a non-empty buffer to the sink. Called by the Worker's tick; append() does so itself when the
  // buffer is full.
  void flush();

 private:
  AccessLogSink& sink_;
  std::string buffer_;
};

}  // namespace headgate::observe
