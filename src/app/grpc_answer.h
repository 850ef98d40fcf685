// What came of one unary gRPC call (gRPC over HTTP/2, "Responses"), and what that means for an export of
// spans (OTLP specification, "OTLP/gRPC Response"). Sans-I/O.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace headgate::app {

// Codes of gRPC (google.rpc.Code).
inline constexpr int kGrpcOk = 0;
inline constexpr int kGrpcUnavailable = 14;

struct ExportOutcome {
  enum class Kind : std::uint8_t {
    accepted,  // but for `rejected` spans
    retry,     // the same may be sent again, later
    refused,   // it would be in vain
  };
  Kind kind = Kind::retry;
  std::uint64_t rejected = 0;
  std::string error;  // of all but those that were accepted whole: why
};

class GrpcAnswer {
 public:
  // Of an answer's content; more is none that counts.
  static constexpr std::size_t kMostContent = std::size_t{64} * 1024;

  // The head, and fields of head or trailers, as they come.
  void set_http_status(int status) { http_status_ = status; }
  void add_field(std::string_view name, std::string_view value);
  // Whole lines "name: value\r\n".
  void add_lines(std::string_view lines);
  void add_content(std::string_view bytes);

  // Once the stream has ended.
  [[nodiscard]] ExportOutcome outcome() const;

 private:
  int http_status_ = 0;
  std::optional<int> status_;  // grpc-status
  std::string message_;        // grpc-message, as sent
  std::string content_;
  bool too_long_ = false;
};

// Whether an export that ended with that code may be tried again.
bool is_retryable(int code);

// The prefix of a message that is not compressed: its length follows in four bytes.
std::string grpc_frame(std::string_view message);

}  // namespace headgate::app
