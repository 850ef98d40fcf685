#include "observe/otlp.h"

#include <protozero/pbf_reader.hpp>
#include <protozero/pbf_writer.hpp>

#include "base/utf8.h"

namespace headgate::observe {
namespace {

using protozero::pbf_writer;

// Field numbers of the messages.
namespace span_field {
constexpr protozero::pbf_tag_type trace_id = 1;
constexpr protozero::pbf_tag_type span_id = 2;
constexpr protozero::pbf_tag_type trace_state = 3;
constexpr protozero::pbf_tag_type parent_span_id = 4;
constexpr protozero::pbf_tag_type name = 5;
constexpr protozero::pbf_tag_type kind = 6;
constexpr protozero::pbf_tag_type start_time = 7;
constexpr protozero::pbf_tag_type end_time = 8;
constexpr protozero::pbf_tag_type attributes = 9;
constexpr protozero::pbf_tag_type status = 15;
constexpr protozero::pbf_tag_type flags = 16;
}  // namespace span_field
constexpr std::int32_t kServer = 2;             // SPAN_KIND_SERVER
constexpr protozero::pbf_tag_type kCode = 3;    // Status.code
constexpr std::int32_t kError = 2;              // STATUS_CODE_ERROR
constexpr std::uint32_t kSampled = 0x01;        // of W3C Trace Context
constexpr std::uint32_t kRemoteKnown = 0x100;   // SPAN_FLAGS_CONTEXT_HAS_IS_REMOTE_MASK
constexpr std::uint32_t kRemoteParent = 0x200;  // SPAN_FLAGS_CONTEXT_IS_REMOTE_MASK
constexpr int kFirstError = 500;

// Adds KeyValue messages (common/v1/common.proto) as field `field` of `parent`.
class Attributes {
 public:
  Attributes(pbf_writer& parent, protozero::pbf_tag_type field) : parent_(parent), field_(field) {}

  void text(std::string_view key, std::string_view value) {
    if (value.empty()) return;
    text_.clear();
    append_as_utf8(text_, value, kMostSpanText);
    pbf_writer pair(parent_, field_);
    pair.add_string(kKey, key.data(), key.size());
    pbf_writer any(pair, kValue);
    any.add_string(kText, text_);
  }
  // 0: none.
  void number(std::string_view key, std::int64_t value) {
    if (value == 0) return;
    pbf_writer pair(parent_, field_);
    pair.add_string(kKey, key.data(), key.size());
    pbf_writer any(pair, kValue);
    any.add_int64(kNumber, value);
  }

 private:
  static constexpr protozero::pbf_tag_type kKey = 1;
  static constexpr protozero::pbf_tag_type kValue = 2;
  static constexpr protozero::pbf_tag_type kText = 1;
  static constexpr protozero::pbf_tag_type kNumber = 3;

  pbf_writer& parent_;
  protozero::pbf_tag_type field_;
  std::string text_;
};

template <std::size_t kSize>
void add_id(pbf_writer& out, protozero::pbf_tag_type field, const std::array<std::uint8_t, kSize>& id) {
  out.add_bytes(field, reinterpret_cast<const char*>(id.data()), kSize);
}

void add_attributes(pbf_writer& out, const Span& span) {
  Attributes attributes(out, span_field::attributes);
  attributes.text("http.method", span.method);
  attributes.text("http.flavor", span.flavor);
  attributes.text("http.target", span.target);
  attributes.text("http.server_name", span.server_name);
  attributes.text("http.host", span.host);
  attributes.text("http.user_agent", span.user_agent);
  attributes.number("http.status_code", span.status);
  attributes.text("http.scheme", span.scheme);
  attributes.number("net.host.port", span.host_port);
  attributes.text("net.peer.ip", span.peer_ip);
  attributes.number("net.peer.port", span.peer_port);
  attributes.text("ingress.namespace", span.namespace_name);
  attributes.text("ingress.name", span.ingress);
  attributes.text("ingress.service_name", span.service);
  attributes.text("ingress.upstream", span.upstream);
  attributes.text("headgate.reason", span.reason);
}

void add_resource(pbf_writer& out, const SpanSource& source) {
  constexpr protozero::pbf_tag_type kResource = 1;
  constexpr protozero::pbf_tag_type kAttributes = 1;
  pbf_writer resource(out, kResource);
  Attributes attributes(resource, kAttributes);
  attributes.text("service.name", source.service_name);
  attributes.text("telemetry.sdk.name", "headgate");
  attributes.text("telemetry.sdk.language", "cpp");
  attributes.text("telemetry.sdk.version", source.version);
  attributes.text("k8s.namespace.name", source.namespace_name);
  attributes.text("k8s.pod.name", source.pod);
}

}  // namespace

std::string encode_span(const Span& span) {
  std::string bytes;
  bytes.reserve(512);
  pbf_writer out(bytes);
  add_id(out, span_field::trace_id, span.trace_id);
  add_id(out, span_field::span_id, span.span_id);
  if (!span.trace_state.empty())
    out.add_string(span_field::trace_state, span.trace_state.data(), span.trace_state.size());
  const bool has_parent = !is_zero(span.parent);
  if (has_parent) add_id(out, span_field::parent_span_id, span.parent);
  std::string name;
  append_as_utf8(name, span.name, kMostSpanText);
  out.add_string(span_field::name, name);
  out.add_enum(span_field::kind, kServer);
  out.add_fixed64(span_field::start_time, static_cast<std::uint64_t>(span.start_nanoseconds));
  out.add_fixed64(span_field::end_time, static_cast<std::uint64_t>(span.end_nanoseconds));
  add_attributes(out, span);
  if (span.status >= kFirstError) {
    pbf_writer status(out, span_field::status);
    status.add_enum(kCode, kError);
  }
  out.add_fixed32(span_field::flags, kSampled | kRemoteKnown | (has_parent ? kRemoteParent : 0));
  return bytes;
}

std::string encode_export(const SpanSource& source, std::span<const std::string> spans) {
  constexpr protozero::pbf_tag_type kResourceSpans = 1;
  constexpr protozero::pbf_tag_type kScopeSpans = 2;
  constexpr protozero::pbf_tag_type kScope = 1;
  constexpr protozero::pbf_tag_type kSpans = 2;
  std::size_t size = 512;
  for (const std::string& span : spans) size += span.size() + 8;
  std::string bytes;
  bytes.reserve(size);
  pbf_writer out(bytes);
  pbf_writer resource_spans(out, kResourceSpans);
  add_resource(resource_spans, source);
  pbf_writer scope_spans(resource_spans, kScopeSpans);
  {
    pbf_writer scope(scope_spans, kScope);
    scope.add_string(1, "headgate");
    scope.add_string(2, source.version);
  }
  for (const std::string& span : spans) scope_spans.add_message(kSpans, span);
  scope_spans.commit();
  resource_spans.commit();
  return bytes;
}

Result<ExportAnswer> decode_export_answer(std::string_view bytes) {
  constexpr protozero::pbf_tag_type kPartialSuccess = 1;
  constexpr protozero::pbf_tag_type kRejected = 1;
  constexpr protozero::pbf_tag_type kMessage = 2;
  ExportAnswer answer;
  try {
    protozero::pbf_reader message(bytes.data(), bytes.size());
    while (message.next()) {
      if (message.tag_and_type() !=
          protozero::tag_and_type(kPartialSuccess, protozero::pbf_wire_type::length_delimited)) {
        message.skip();
        continue;
      }
      protozero::pbf_reader partial = message.get_message();
      while (partial.next()) {
        switch (partial.tag_and_type()) {
          case protozero::tag_and_type(kRejected, protozero::pbf_wire_type::varint): {
            const std::int64_t rejected = partial.get_int64();
            answer.rejected = rejected < 0 ? 0 : static_cast<std::uint64_t>(rejected);
            break;
          }
          case protozero::tag_and_type(kMessage, protozero::pbf_wire_type::length_delimited):
            answer.message = partial.get_string();
            break;
          default:
            partial.skip();
        }
      }
    }
  } catch (const protozero::exception& error) {
    return fail(std::string("no ExportTraceServiceResponse: ") + error.what());
  }
  return answer;
}

}  // namespace headgate::observe
