// A unary call of gRPC over HTTP/2 as its caller sees it (gRPC over HTTP/2, "Requests" and "Responses"): the
// one message that goes out, and what comes back. Sans-I/O.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "http/message.h"

namespace headgate::http {

// Before each message: whether it is compressed, and its length in four bytes.
inline constexpr std::size_t kGrpcPrefix = 5;

// A message that is not compressed, behind its prefix.
std::string grpc_frame(std::string_view message);

// One thread.
class GrpcResponse {
 public:
  // Of the content; what comes beyond it is not kept.
  explicit GrpcResponse(std::size_t most_content) : most_content_(most_content) {}

  // Where there is nothing but a status, it stands in the head.
  void on_head(const ResponseHead& head);
  void on_content(std::string_view bytes);
  // Lines "name: value\r\n".
  void on_trailers(std::string_view lines);

  [[nodiscard]] int http_status() const { return http_status_; }
  // grpc-status was there, whatever it says.
  [[nodiscard]] bool has_status() const { return has_status_; }
  // Nothing: it was not there, or is no number.
  [[nodiscard]] std::optional<int> status() const { return status_; }
  // grpc-message, percent-encoded as sent.
  [[nodiscard]] const std::string& message() const { return message_; }
  [[nodiscard]] std::string_view content() const { return content_; }
  [[nodiscard]] bool is_too_long() const { return too_long_; }

 private:
  void add_field(std::string_view name, std::string_view value);

  std::size_t most_content_;
  int http_status_ = 0;
  bool has_status_ = false;
  std::optional<int> status_;
  std::string message_;
  std::string content_;
  bool too_long_ = false;
};

}  // namespace headgate::http
