// The access log of one Worker: lines formatted by hand into its own buffers, one for each kind of line,
// handed to their sinks by size or by tick.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "observe/access_log_sinks.h"
#include "observe/access_record.h"
#include "observe/log_buffer.h"
#include "observe/log_format.h"
#include "observe/stream_record.h"

namespace headgate::observe {

// One for each Worker, used by its thread only.
class AccessLog {
 public:
  explicit AccessLog(AccessLogSinks sinks);
  // Flushes.
  ~AccessLog();
  AccessLog(const AccessLog&) = delete;
  AccessLog& operator=(const AccessLog&) = delete;

  // False: no line of a request is written.
  [[nodiscard]] bool enabled() const { return http_.sink->enabled(); }
  // Lines go to other places from now on, those written before have gone to the old ones, which are returned:
  // to end the last use of a sink may take a second.
  AccessLogSinks exchange_sinks(AccessLogSinks sinks);
  // Adds one line in the default format of ingress-nginx (log-format-upstream):
  //   $remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer"
  //   "$http_user_agent" $request_length $request_time [$proxy_upstream_name]
  //   [$proxy_alternative_upstream_name] $upstream_addr $upstream_response_length $upstream_response_time
  //   $upstream_status $req_id
  // Client text is escaped as nginx does: '"', '\' and bytes outside 0x20..0x7e as \xXX; empty prints "-"
  // (the alternative upstream, which is empty rather than unknown, prints "[]"). The $upstream_* values of
  // several tries are separated by ", "; times are seconds with three decimals, cut off, not rounded.
  void append(const AccessRecord& record);
  // The same for log-format-stream:
  //   [$remote_addr] [$time_local] $protocol $status $bytes_sent $bytes_received $session_time
  void append(const StreamRecord& record);
  // The same in a format of the ConfigMap.
  void append(const AccessRecord& record, const LogFormat& format, const LogDetails& details);
  void append(const StreamRecord& record, const LogFormat& format, const LogDetails& details);
  // Hands buffers that are not empty to their sinks. Called by the Worker's tick; append() does so itself
  // when the buffer is full.
  void flush();

 private:
  // The lines of one kind.
  struct Lane {
    std::shared_ptr<AccessLogSink> sink;
    LogBuffer buffer;

    void start();
    void flush();
    // Where a line of at most `room` bytes is written.
    char* make_room(std::size_t room);
    void line_ends(const char* end);
  };

  template <typename Record>
  static void append_in(Lane& lane, const Record& record, const LogFormat& format, const LogDetails& details);

  Lane http_;
  Lane stream_;
};

}  // namespace headgate::observe
