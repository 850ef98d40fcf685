// The messages of OTLP that carry spans, as a collector reads them.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace headgate::test_support {

// As it was sent; ids in hexadecimal, numbers of attributes as text.
struct CollectedSpan {
  std::string trace_id;
  std::string span_id;
  std::string parent;
  std::string trace_state;
  std::string name;
  std::uint64_t kind = 0;
  std::uint64_t start = 0;  // nanoseconds since 1970
  std::uint64_t end = 0;
  std::uint64_t status_code = 0;
  std::uint32_t flags = 0;
  std::map<std::string, std::string> attributes;
  std::map<std::string, std::string> resource;
};

// The spans of an ExportTraceServiceRequest; throws where it is none.
std::vector<CollectedSpan> read_export(std::string_view message);

}  // namespace headgate::test_support
