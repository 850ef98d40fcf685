#include "app/export_outcome.h"

#include <string_view>
#include <utility>

#include "base/quoted.h"
#include "observe/otlp.h"

namespace headgate::app {
namespace {

// Codes of gRPC (google.rpc.Code).
constexpr int kGrpcOk = 0;
constexpr int kGrpcUnavailable = 14;

// "gRPC over HTTP/2", "HTTP to gRPC Status Code Mapping": what has no grpc-status.
bool is_retryable_http(int status) {
  return status == 429 || status == 502 || status == 503 || status == 504;
}

bool is_retryable(int code) {
  // CANCELLED, DEADLINE_EXCEEDED, ABORTED, OUT_OF_RANGE, UNAVAILABLE, DATA_LOSS. RESOURCE_EXHAUSTED is not
  // without RetryInfo, which says so in a message of its own.
  return code == 1 || code == 4 || code == 10 || code == 11 || code == kGrpcUnavailable || code == 15;
}

}  // namespace

ExportOutcome outcome_of(const http::GrpcResponse& answer) {
  using Kind = ExportOutcome::Kind;
  if (!answer.has_status()) {
    const int status = answer.http_status();
    if (status != 200)
      return {is_retryable_http(status) ? Kind::retry : Kind::refused, 0,
              "HTTP status " + std::to_string(status)};
    return {Kind::refused, 0, "its answer has no grpc-status: it does not speak gRPC"};
  }
  const int code = answer.status().value_or(-1);
  if (code != kGrpcOk) {
    std::string error = "gRPC status " + std::to_string(code);
    if (!answer.message().empty()) error += ": " + quoted(answer.message());
    return {is_retryable(code) ? Kind::retry : Kind::refused, 0, std::move(error)};
  }
  // A collector that took everything need not say more.
  const std::string_view content = answer.content();
  if (content.size() < http::kGrpcPrefix || content[0] != '\0') return {Kind::accepted, 0, {}};
  const auto said = observe::decode_export_answer(content.substr(http::kGrpcPrefix));
  if (!said || said->rejected == 0) return {Kind::accepted, 0, {}};
  return {Kind::accepted, said->rejected,
          std::to_string(said->rejected) + " spans were refused: " + quoted(said->message)};
}

}  // namespace headgate::app
