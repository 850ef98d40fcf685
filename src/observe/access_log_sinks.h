// Where the two kinds of lines of the access log go; often the same sink.
#pragma once

#include <memory>
#include <utility>

#include "observe/access_log_sink.h"

namespace headgate::observe {

// Neither is null. Shared by the application, which opened them, and the Workers that still write there.
struct AccessLogSinks {
  AccessLogSinks(std::shared_ptr<AccessLogSink> for_http, std::shared_ptr<AccessLogSink> for_streams)
      : http(std::move(for_http)), stream(std::move(for_streams)) {}
  // Both kinds go to `both`, which is not owned.
  AccessLogSinks(AccessLogSink& both) : http(std::shared_ptr<void>(), &both), stream(http) {}

  std::shared_ptr<AccessLogSink> http;    // of requests
  std::shared_ptr<AccessLogSink> stream;  // of connections that pass through

  friend bool operator==(const AccessLogSinks&, const AccessLogSinks&) = default;
};

}  // namespace headgate::observe
