#include "k8swatch/annotations/proxying.h"

#include <algorithm>
#include <array>
#include <string>

#include "base/quoted.h"
#include "base/units.h"
#include "k8swatch/annotations/numbers.h"
#include "k8swatch/annotations/rows.h"
#include "k8swatch/annotations/values.h"

namespace headgate::k8swatch {
namespace {

constexpr std::int64_t kMostSeconds = 365 * 24 * 3600;
constexpr std::int64_t kMostTries = 1000;
constexpr std::int64_t kMostBuffers = 1000;
constexpr std::uint64_t kMostAnswerBuffer = std::uint64_t{1} << 30;

constexpr std::string_view kSeconds = "seconds, a whole number";
constexpr std::string_view kSize = "a size (`8k`, `1m`)";

Result<void> check_size(std::string_view value) {
  if (const auto size = parse_size(value); !size) return fail(size.error().message);
  return {};
}

Result<void> check_buffer_size(std::string_view value) {
  const auto size = parse_size(value);
  if (!size) return fail(size.error().message);
  if (*size == 0) return fail("a buffer is larger than 0");
  return {};
}

Result<void> check_conditions(std::string_view value) {
  if (const auto conditions = policy::RetryConditions::parse(value); !conditions)
    return fail(conditions.error().message);
  return {};
}

Result<void> check_http_version(std::string_view value) {
  if (value == "1.0" || value == "1.1") return {};
  return fail(quoted(value) + " is neither 1.0 nor 1.1");
}

constexpr PathRows row{AnnotationGroup::proxying};

using enum AnnotationRisk;

constexpr std::array kRows = {
    row("proxy-connect-timeout", kSeconds, check_integer<1, kMostSeconds>, low, "5",
        "For a connection to a pod; then another pod is tried, or 504 (default: the ConfigMap's)"),
    row("proxy-read-timeout", kSeconds, check_integer<1, kMostSeconds>, low, "60",
        "Between two reads from a pod: before an answer another pod is tried, or 504; later it is cut. Also "
        "of "
        "an idle WebSocket (default: the ConfigMap's)"),
    row("proxy-send-timeout", kSeconds, check_integer<1, kMostSeconds>, low, "60",
        "Between two writes to a pod (default: the ConfigMap's)"),
    row("proxy-body-size", kSize, check_size, medium, "1m",
        "Largest request body, else 413; `0`: any (default: the ConfigMap's)"),
    row("proxy-buffer-size", kSize, check_buffer_size, low, "32k",
        "An answer whose head is larger is 502; `32k` is the most and the default, where ingress-nginx has "
        "`4k`: a pod that works must not become a 502 by moving here (default: the ConfigMap's)"),
    row("proxy-next-upstream",
        "words of `error timeout invalid_header http_500 http_502 http_503 http_504 http_403 http_404 "
        "http_429 "
        "non_idempotent off`",
        check_conditions, medium, "error timeout",
        "When another pod is tried. Never once the client has seen a byte of an answer, or an answer broke "
        "off; "
        "`POST`, `PATCH`, `LOCK` and unknown methods that a pod may have seen only with `non_idempotent` "
        "(default: the ConfigMap's)"),
    row("proxy-next-upstream-tries", "a whole number", check_integer<0, kMostTries>, low, "3",
        "Tries in all; `0`: one for each endpoint, where ingress-nginx goes on for ever (default: the "
        "ConfigMap's)"),
    row("proxy-next-upstream-timeout", kSeconds, check_integer<0, kMostSeconds>, low, "0",
        "No try begins later; `0`: no such limit (default: the ConfigMap's)"),
    row("proxy-http-version", "`1.0` or `1.1`", check_http_version, low, "1.1",
        "How pods are asked, unless `backend-protocol` means HTTP/2. `1.0`: on a connection for each "
        "request, "
        "without WebSockets; content of unknown length is read whole first (as with "
        "`proxy-request-buffering: "
        "on`) (default: the ConfigMap's)"),
    row("proxy-buffering", kOnOff, check_on_off, OnInvalid::use_default, low, "off",
        "`on`: answers are read from pods as fast as those give them, and a slow client gets its own from "
        "memory, then from a file in `--request-buffer-dir`, while its pod serves others; never those of "
        "HTTP/2 pods (gRPC). What the client takes at once is not held until a buffer is full. `off`: a slow "
        "client slows its pod down. A pod says otherwise of one answer with `X-Accel-Buffering: yes` or `no` "
        "(`docs/decisions/0014-answers-are-buffered-on-request.md`) (default: the ConfigMap's)"),
    row("proxy-buffers-number", "a whole number", check_integer<1, kMostBuffers>, low, "4",
        "With `proxy-buffering`: so many times `proxy-buffer-size` of an answer are kept in memory, in steps "
        "of 32k (default: the ConfigMap's)"),
    row("proxy-busy-buffers-size", kSize, check_buffer_size, low, "",
        "Accepted; what is there of an answer is sent whenever its client takes it"),
    row("proxy-max-temp-file-size", kSize, check_size, low, "1024m",
        "With `proxy-buffering`: what of an answer is kept in a file beyond that; then its pod waits. `0`: "
        "no file (default: the ConfigMap's)"),
    row("proxy-request-buffering", kOnOff, check_on_off, low, "off",
        "`on`: the whole body is read before a pod is asked, so that a slow client holds none and every try "
        "has all of it; to pods of HTTP/2 (gRPC) it is streamed all the same. `off`, the default where "
        "ingress-nginx has `on` "
        "(`docs/decisions/0013-request-buffering.md`): it is streamed, and a request is tried again only "
        "while head and body so far fit 16k (default: the ConfigMap's)"),
    row("client-body-buffer-size", kSize, check_buffer_size, low, "8k",
        "What of a buffered body is kept in memory; a larger one goes into a file in `--request-buffer-dir` "
        "(default: the ConfigMap's)"),
};

std::optional<std::chrono::milliseconds> seconds(AnnotationReader& reader, std::string_view name) {
  const auto text = reader.text(name);
  if (!text) return std::nullopt;
  return std::chrono::seconds(parse_integer(*text).value_or(0));  // the row's check has let it through
}

}  // namespace

std::span<const AnnotationRow> proxying_rows() { return kRows; }

std::uint32_t response_head_for(std::uint64_t bytes) {
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(bytes, router::kMaxResponseHead));
}

std::uint64_t answer_buffer_for(std::uint64_t bytes) { return std::min(bytes, kMostAnswerBuffer); }

ProxyingAnnotations read_proxying_annotations(AnnotationReader& reader) {
  ProxyingAnnotations result;
  result.connect_timeout = seconds(reader, "proxy-connect-timeout");
  result.read_timeout = seconds(reader, "proxy-read-timeout");
  result.send_timeout = seconds(reader, "proxy-send-timeout");
  if (const auto text = reader.text("proxy-body-size")) result.max_body_bytes = parse_size(*text).value();
  if (const auto text = reader.text("proxy-buffer-size")) {
    const std::uint64_t bytes = parse_size(*text).value();
    result.max_response_head = response_head_for(bytes);
    result.answer_buffer = answer_buffer_for(bytes);
    if (bytes > router::kMaxResponseHead)
      reader.note("proxy-buffer-size", OnInvalid::use_default,
                  quoted(*text) + " is more than 32k, the largest head that is taken; 32k counts");
  }
  if (const auto text = reader.text("proxy-next-upstream"))
    result.retry_on = policy::RetryConditions::parse(*text).value();
  if (const auto text = reader.text("proxy-next-upstream-tries"))
    result.tries = static_cast<std::uint32_t>(parse_integer(*text).value_or(0));
  result.tries_timeout = seconds(reader, "proxy-next-upstream-timeout");
  if (const auto text = reader.text("proxy-buffering")) result.buffers_answers = *text == "on";
  if (const auto text = reader.text("proxy-buffers-number"))
    result.answer_buffers = static_cast<std::uint32_t>(parse_integer(*text).value_or(0));
  if (const auto text = reader.text("proxy-max-temp-file-size"))
    result.answer_file = parse_size(*text).value();
  (void)reader.text("proxy-busy-buffers-size");  // without effect; asked for so that a bad value is told
  if (const auto text = reader.text("proxy-http-version")) result.http10 = *text == "1.0";
  if (const auto text = reader.text("proxy-request-buffering")) result.buffers_requests = *text == "on";
  if (const auto text = reader.text("client-body-buffer-size"))
    result.body_buffer = parse_size(*text).value();
  return result;
}

void apply(const ProxyingAnnotations& annotations, router::RouteSettings& settings) {
  const auto take = [](const auto& from, auto& to) {
    if (from) to = *from;
  };
  take(annotations.connect_timeout, settings.connect_timeout);
  take(annotations.read_timeout, settings.read_timeout);
  take(annotations.send_timeout, settings.send_timeout);
  take(annotations.max_body_bytes, settings.max_body_bytes);
  take(annotations.max_response_head, settings.max_response_head);
  take(annotations.retry_on, settings.retry_on);
  take(annotations.tries, settings.tries);
  take(annotations.tries_timeout, settings.tries_timeout);
  take(annotations.buffers_requests, settings.buffers_requests);
  take(annotations.body_buffer, settings.body_buffer);
  take(annotations.buffers_answers, settings.buffers_answers);
  take(annotations.answer_buffers, settings.answer_buffers);
  take(annotations.answer_buffer, settings.answer_buffer);
  take(annotations.answer_file, settings.answer_file);
  take(annotations.http10, settings.http10);
}

}  // namespace headgate::k8swatch
