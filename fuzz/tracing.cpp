// What clients say of their traces, what collectors answer, and text for spans: a trace context that counts
// is the one that is written, and spans hold nothing but UTF-8.
#include <string>

#include "base/utf8.h"
#include "fuzz/check.h"
#include "fuzz/input.h"
#include "http/trace_context.h"
#include "observe/otlp.h"

using namespace headgate;
using namespace headgate::fuzz;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Input input(std::string_view(reinterpret_cast<const char*>(data), size));
  const std::string_view text = input.view();
  if (const auto context = http::parse_traceparent(text)) {
    FUZZ_CHECK(size >= http::kTraceparentBytes);
    FUZZ_CHECK(!is_zero(context->trace_id) && !is_zero(context->span_id));
    std::string written(http::kTraceparentBytes, '?');
    http::write_traceparent(*context, written.data());
    FUZZ_CHECK(http::parse_traceparent(written) == context);
    FUZZ_CHECK(written.substr(2, 51) == text.substr(2, 51));
  }
  std::string clean;
  append_as_utf8(clean, text, 64);
  FUZZ_CHECK(clean.size() <= 3 * 64);
  for (std::size_t i = 0; i < clean.size();) {
    const std::size_t length = utf8_length(clean, i);
    FUZZ_CHECK(length != 0);
    i += length;
  }
  (void)observe::decode_export_answer(text);  // that it ends is all that is promised
  return 0;
}
