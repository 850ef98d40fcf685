// The messages of OTLP that carry spans, in protobuf's wire format
// (opentelemetry-proto: trace/v1/trace.proto, collector/trace/v1/trace_service.proto). The only door to
// protozero.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "observe/span.h"

namespace headgate::observe {

// Of a text's bytes; what is longer is cut, so that no client makes a batch that no collector takes.
inline constexpr std::size_t kMostSpanText = 2048;

// A Span message. Bytes of a client that are not UTF-8 become U+FFFD: a collector refuses the whole batch
// for one of them.
std::string encode_span(const Span& span);

// An ExportTraceServiceRequest around spans as encode_span() makes them.
std::string encode_export(const SpanSource& source, std::span<const std::string> spans);

// How many spans an ExportTraceServiceResponse says were refused, and why.
struct ExportAnswer {
  std::uint64_t rejected = 0;
  std::string message;
};
// Fails where the bytes are no such message.
Result<ExportAnswer> decode_export_answer(std::string_view bytes);

}  // namespace headgate::observe
