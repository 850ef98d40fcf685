// The health protocol of gRPC as far as a health check speaks it: one unary call of
// grpc.health.v1.Health/Check (https://github.com/grpc/grpc/blob/master/doc/health-checking.md). Its two
// messages have one field each, so that they are read and written by hand.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "http/grpc_call.h"
#include "http/message.h"
#include "proxy/check_answer.h"

namespace headgate::proxy {

// The answer to one call. One thread.
class GrpcCheck {
 public:
  // Head, as an Upstream of HTTP/2 takes it, and content. `service`: empty: the server as a whole.
  static std::string request(std::string_view service, std::string_view host,
                             std::chrono::milliseconds timeout);

  void on_head(const http::ResponseHead& head) { response_.on_head(head); }
  void on_content(std::string_view bytes) { response_.on_content(bytes); }
  // Lines "name: value\r\n".
  void on_trailers(std::string_view lines) { response_.on_trailers(lines); }
  // All of it has come: what it says.
  [[nodiscard]] CheckAnswer answer() const;

 private:
  // More than a HealthCheckResponse has.
  static constexpr std::size_t kMostContent = 1024;

  http::GrpcResponse response_{kMostContent};
};

}  // namespace headgate::proxy
