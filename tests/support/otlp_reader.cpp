// Field by field, by the numbers of trace/v1/trace.proto.
#include "support/otlp_reader.h"

#include <protozero/pbf_reader.hpp>
#include <stdexcept>

namespace headgate::test_support {
namespace {

using protozero::pbf_reader;

std::string hex(const std::string& bytes) {
  std::string text;
  for (const char c : bytes) {
    text += "0123456789abcdef"[static_cast<unsigned char>(c) >> 4];
    text += "0123456789abcdef"[static_cast<unsigned char>(c) & 15];
  }
  return text;
}

// KeyValue of common/v1/common.proto.
void read_attribute(pbf_reader pair, std::map<std::string, std::string>& into) {
  std::string key;
  std::string text;
  while (pair.next()) {
    if (pair.tag() == 1) {
      key = pair.get_string();
      continue;
    }
    pbf_reader any = pair.get_message();
    while (any.next()) text = any.tag() == 1 ? any.get_string() : std::to_string(any.get_int64());
  }
  if (!into.emplace(key, text).second) throw std::runtime_error("the attribute " + key + " comes twice");
}

CollectedSpan read_span(pbf_reader message) {
  CollectedSpan span;
  while (message.next()) {
    switch (message.tag()) {
      case 1:
        span.trace_id = hex(message.get_bytes());
        break;
      case 2:
        span.span_id = hex(message.get_bytes());
        break;
      case 3:
        span.trace_state = message.get_string();
        break;
      case 4:
        span.parent = hex(message.get_bytes());
        break;
      case 5:
        span.name = message.get_string();
        break;
      case 6:
        span.kind = message.get_uint32();
        break;
      case 7:
        span.start = message.get_fixed64();
        break;
      case 8:
        span.end = message.get_fixed64();
        break;
      case 9:
        read_attribute(message.get_message(), span.attributes);
        break;
      case 15: {
        pbf_reader status = message.get_message();
        while (status.next()) {
          if (status.tag() != 3) throw std::runtime_error("an unknown field of a status");
          span.status_code = status.get_uint32();
        }
        break;
      }
      case 16:
        span.flags = message.get_fixed32();
        break;
      default:
        throw std::runtime_error("an unknown field of a span: " + std::to_string(message.tag()));
    }
  }
  return span;
}

}  // namespace

std::vector<CollectedSpan> read_export(std::string_view message) {
  std::vector<CollectedSpan> spans;
  pbf_reader request(message.data(), message.size());
  while (request.next(1)) {
    pbf_reader resource_spans = request.get_message();
    std::map<std::string, std::string> resource;
    const std::size_t first = spans.size();
    while (resource_spans.next()) {
      const bool is_resource = resource_spans.tag() == 1;
      pbf_reader part = resource_spans.get_message();
      while (part.next()) {
        if (is_resource && part.tag() == 1)
          read_attribute(part.get_message(), resource);
        else if (!is_resource && part.tag() == 2)
          spans.push_back(read_span(part.get_message()));
        else
          part.skip();
      }
    }
    for (std::size_t i = first; i < spans.size(); ++i) spans[i].resource = resource;
  }
  return spans;
}

}  // namespace headgate::test_support
