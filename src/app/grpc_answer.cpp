#include "app/grpc_answer.h"

#include <algorithm>
#include <charconv>

#include "base/quoted.h"
#include "http/ascii.h"
#include "observe/otlp.h"

namespace headgate::app {
namespace {

constexpr std::size_t kPrefix = 5;

// "gRPC over HTTP/2", "HTTP to gRPC Status Code Mapping": what has no grpc-status.
bool is_retryable_http(int status) {
  return status == 429 || status == 502 || status == 503 || status == 504;
}

}  // namespace

bool is_retryable(int code) {
  // CANCELLED, DEADLINE_EXCEEDED, ABORTED, OUT_OF_RANGE, UNAVAILABLE, DATA_LOSS. RESOURCE_EXHAUSTED is not
  // without RetryInfo, which says so in a message of its own.
  return code == 1 || code == 4 || code == 10 || code == 11 || code == kGrpcUnavailable || code == 15;
}

std::string grpc_frame(std::string_view message) {
  std::string frame;
  frame.reserve(kPrefix + message.size());
  frame += '\0';  // not compressed
  for (int shift = 24; shift >= 0; shift -= 8) frame += static_cast<char>((message.size() >> shift) & 0xff);
  frame += message;
  return frame;
}

void GrpcAnswer::add_field(std::string_view name, std::string_view value) {
  if (http::same_name(name, "grpc-status")) {
    int code = -1;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), code);
    status_ = error == std::errc() && end == value.data() + value.size() ? code : -1;
  } else if (http::same_name(name, "grpc-message")) {
    message_ = value;  // percent-encoded; people read it as it is
  }
}

void GrpcAnswer::add_lines(std::string_view lines) {
  while (!lines.empty()) {
    const std::size_t end = std::min(lines.find("\r\n"), lines.size());
    const std::string_view line = lines.substr(0, end);
    const std::size_t colon = line.find(':');
    if (colon != std::string_view::npos) add_field(line.substr(0, colon), http::trim(line.substr(colon + 1)));
    lines.remove_prefix(std::min(end + 2, lines.size()));
  }
}

void GrpcAnswer::add_content(std::string_view bytes) {
  too_long_ = too_long_ || content_.size() + bytes.size() > kMostContent;
  if (!too_long_) content_ += bytes;
}

ExportOutcome GrpcAnswer::outcome() const {
  using Kind = ExportOutcome::Kind;
  if (!status_) {
    if (http_status_ != 200)
      return {is_retryable_http(http_status_) ? Kind::retry : Kind::refused, 0,
              "HTTP status " + std::to_string(http_status_)};
    return {Kind::refused, 0, "its answer has no grpc-status: it does not speak gRPC"};
  }
  if (*status_ != kGrpcOk) {
    std::string error = "gRPC status " + std::to_string(*status_);
    if (!message_.empty()) error += ": " + quoted(message_);
    return {is_retryable(*status_) ? Kind::retry : Kind::refused, 0, std::move(error)};
  }
  // A collector that took everything need not say more.
  if (content_.size() < kPrefix || content_[0] != '\0') return {Kind::accepted, 0, {}};
  const auto answer = observe::decode_export_answer(std::string_view(content_).substr(kPrefix));
  if (!answer || answer->rejected == 0) return {Kind::accepted, 0, {}};
  return {Kind::accepted, answer->rejected,
          std::to_string(answer->rejected) + " spans were refused: " + quoted(answer->message)};
}

}  // namespace headgate::app
