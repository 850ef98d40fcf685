// The fields that tell a request's place in a trace: `traceparent` and `tracestate` (W3C Trace Context,
// https://www.w3.org/TR/trace-context/). Sans-I/O.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/trace_id.h"
#include "http/message.h"

namespace headgate::http {

inline constexpr std::string_view kTraceparent = "traceparent";
inline constexpr std::string_view kTracestate = "tracestate";
inline constexpr std::size_t kTraceparentBytes = 55;
// Longer ones are passed on, but not kept for a span (§3.3.1.5: so much everybody must propagate).
inline constexpr std::size_t kMostTracestate = 512;

struct TraceContext {
  TraceId trace_id{};
  SpanId span_id{};
  bool sampled = false;
  friend bool operator==(const TraceContext&, const TraceContext&) = default;
};

// Of version 00, or of a later one as far as it is like that (§3.2, §4.3). Nothing: it counts as absent.
std::optional<TraceContext> parse_traceparent(std::string_view value);

// Version 00. Writes kTraceparentBytes bytes.
void write_traceparent(const TraceContext& context, char* out);

// What a request says whose caller takes part in a trace. Nothing where it says so twice, or not to us
// (fields marked `drop`).
std::optional<TraceContext> parent_of(const FieldList& fields);

// All `tracestate` fields as one list; empty: there is none, or more than kMostTracestate bytes, or bytes
// that no such list may have (collectors refuse all spans of a message for one text that is not UTF-8).
std::string tracestate_of(const FieldList& fields);

// Marks `traceparent`, and unless `keep_state` `tracestate`, as not for the other side.
void drop_trace_context(FieldList& fields, bool keep_state);

}  // namespace headgate::http
