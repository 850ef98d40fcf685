// How an endpoint has answered a health check: one number, for an atomic that others read.
#pragma once

#include <string>

#include "router/health_settings.h"

namespace headgate::proxy {

class CheckAnswer {
 public:
  // Of grpc.health.v1.HealthCheckResponse.
  static constexpr int kServing = 1;
  // Of gRPC where an answer does not say how the call went (its specification, "HTTP2 transport mapping").
  static constexpr int kGrpcUnknown = 2;

  CheckAnswer() = default;  // there was none, or none that makes sense
  static CheckAnswer http(int status) { return CheckAnswer(status); }
  // A call that went well; `status`: what the message says.
  static CheckAnswer serving(int status) { return CheckAnswer(kServingBase + bounded(status)); }
  // A call that did not: `code` is the grpc-status, not 0.
  static CheckAnswer grpc_error(int code) { return CheckAnswer(kGrpcBase + bounded(code)); }
  // `code`: of code().
  static CheckAnswer of_code(int code) { return CheckAnswer(code); }

  [[nodiscard]] int code() const { return code_; }  // not negative
  [[nodiscard]] bool is_well(const router::HealthCheck& rules) const;
  // "no answer", "status 503", "NOT_SERVING", "grpc-status 12 (UNIMPLEMENTED)"
  [[nodiscard]] std::string text() const;

 private:
  static constexpr int kServingBase = 1000;
  static constexpr int kGrpcBase = 2000;

  explicit CheckAnswer(int code) : code_(code) {}
  // Numbers that nobody knows are one.
  static int bounded(int number) { return number < 0 || number > 99 ? 99 : number; }

  int code_ = 0;
};

}  // namespace headgate::proxy
