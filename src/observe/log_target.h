// Where the thread of an AccessLogSink writes to.
#pragma once

#include <cstdint>
#include <functional>

#include "observe/log_buffer.h"

namespace headgate::observe {

class LogTarget {
 public:
  // Whether the time of the process is up: what is not written by then is lost.
  using OutOfTime = std::function<bool()>;

  virtual ~LogTarget() = default;
  // Writes whole lines and returns how many of them were lost. May wait until `out_of_time` says true, which
  // it must ask at least every 50 ms. Called by the sink's thread alone.
  virtual std::uint64_t write(const LogBuffer& buffer, const OutOfTime& out_of_time) = 0;
};

}  // namespace headgate::observe
