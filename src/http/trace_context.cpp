#include "http/trace_context.h"

#include <algorithm>

#include "http/ascii.h"

namespace headgate::http {
namespace {

// Lower case only: -1 for all else.
int digit_of(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

template <std::size_t kSize>
bool read_hex(std::string_view text, std::array<std::uint8_t, kSize>& bytes) {
  for (std::size_t i = 0; i < kSize; ++i) {
    const int high = digit_of(text[2 * i]);
    const int low = digit_of(text[2 * i + 1]);
    if (high < 0 || low < 0) return false;
    bytes[i] = static_cast<std::uint8_t>(high * 16 + low);
  }
  return true;
}

// §3.3.1.3: printable ASCII; and the tab around members.
bool is_of_state(char c) { return c == '\t' || (c >= 0x20 && c <= 0x7e); }

}  // namespace

std::optional<TraceContext> parse_traceparent(std::string_view value) {
  constexpr std::size_t kTraceAt = 3;
  constexpr std::size_t kSpanAt = 36;
  constexpr std::size_t kFlagsAt = 53;
  constexpr std::uint8_t kNoVersion = 0xff;
  if (value.size() < kTraceparentBytes) return std::nullopt;
  if (value[kTraceAt - 1] != '-' || value[kSpanAt - 1] != '-' || value[kFlagsAt - 1] != '-')
    return std::nullopt;
  std::array<std::uint8_t, 1> version{};
  std::array<std::uint8_t, 1> flags{};
  TraceContext context;
  if (!read_hex(value, version) || !read_hex(value.substr(kTraceAt), context.trace_id) ||
      !read_hex(value.substr(kSpanAt), context.span_id) || !read_hex(value.substr(kFlagsAt), flags))
    return std::nullopt;
  if (version[0] == kNoVersion) return std::nullopt;
  if (value.size() > kTraceparentBytes && (version[0] == 0 || value[kTraceparentBytes] != '-'))
    return std::nullopt;
  if (is_zero(context.trace_id) || is_zero(context.span_id)) return std::nullopt;
  context.sampled = (flags[0] & 1) != 0;
  return context;
}

void write_traceparent(const TraceContext& context, char* out) {
  *out++ = '0';
  *out++ = '0';
  *out++ = '-';
  out = write_hex(context.trace_id, out);
  *out++ = '-';
  out = write_hex(context.span_id, out);
  *out++ = '-';
  *out++ = '0';
  *out = context.sampled ? '1' : '0';
}

std::optional<TraceContext> parent_of(const FieldList& fields) {
  const Field* found = nullptr;
  for (const Field& field : fields) {
    if (field.drop || !same_name(field.name, kTraceparent)) continue;
    if (found != nullptr) return std::nullopt;
    found = &field;
  }
  return found == nullptr ? std::nullopt : parse_traceparent(found->value);
}

std::string tracestate_of(const FieldList& fields) {
  std::string list;
  for (const Field& field : fields) {
    if (field.drop || field.value.empty() || !same_name(field.name, kTracestate)) continue;
    if (!std::all_of(field.value.begin(), field.value.end(), [](char c) { return is_of_state(c); }))
      return {};
    if (list.size() + 1 + field.value.size() > kMostTracestate) return {};
    if (!list.empty()) list += ',';
    list += field.value;
  }
  return list;
}

void drop_trace_context(FieldList& fields, bool keep_state) {
  for (Field& field : fields)
    if (same_name(field.name, kTraceparent) || (!keep_state && same_name(field.name, kTracestate)))
      field.drop = true;
}

}  // namespace headgate::http
