// The place of one request in a trace, and what its span will say that its head alone knows.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "base/trace_id.h"
#include "http/trace_context.h"

namespace headgate::proxy {

// Owned by its Exchange, used again for its next ones; one thread.
struct RequestTrace {
  static constexpr std::string_view kName = "traceparent: ";

  bool active = false;
  http::TraceContext context;  // of the span of ours
  SpanId parent{};             // zero: the trace begins here
  // "traceparent: 00-…-01" and CRLF, as pods get it.
  std::array<char, kName.size() + http::kTraceparentBytes + 2> line{};
  // Of sampled requests.
  std::string state;  // tracestate
  std::string name;   // of the span
  std::string host;   // as sent

  [[nodiscard]] std::string_view traceparent() const {
    return {line.data() + kName.size(), http::kTraceparentBytes};
  }
  [[nodiscard]] std::string_view trace_id() const { return traceparent().substr(3, 32); }
  [[nodiscard]] std::string_view span_id() const { return traceparent().substr(36, 16); }
};

}  // namespace headgate::proxy
