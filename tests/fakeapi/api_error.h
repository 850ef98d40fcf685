// A refusal of the API server: an HTTP status and the Status object in its body
// (k8s.io/apimachinery/pkg/api/errors). Thrown by what answers requests, caught by what sends answers.
#pragma once

#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "fakeapi/json.h"
#include "fakeapi/kind.h"

namespace headgate::fakeapi {

struct ErrorCause {
  std::string reason;  // FieldValueRequired …
  std::string message;
  std::string field;
};

class ApiError : public std::runtime_error {
 public:
  // `reason` empty and `details` null leave the member out.
  ApiError(int code, std::string reason, std::string message, Json details = nullptr);

  static ApiError bad_request(std::string message);
  static ApiError unauthorized();
  static ApiError not_found(const Kind& kind, std::string_view name);
  static ApiError no_such_resource();
  static ApiError already_exists(const Kind& kind, std::string_view name);
  static ApiError conflict(const Kind& kind, std::string_view name, std::string_view why = "");
  // `qualified_kind` as in the message: "Ingress.networking.k8s.io".
  static ApiError invalid(const Kind& kind, std::string_view name, const std::vector<ErrorCause>& causes);
  static ApiError invalid_options(const std::vector<ErrorCause>& causes);
  static ApiError too_large_revision(const std::string& wanted, std::uint64_t current);
  static ApiError expired(std::string message);

  [[nodiscard]] int code() const { return code_; }
  [[nodiscard]] const std::string& reason() const { return reason_; }
  [[nodiscard]] std::optional<std::chrono::seconds> retry_after() const { return retry_after_; }
  ApiError& with_retry_after(std::chrono::seconds seconds);
  // In the metadata of the Status: an "inconsistent" token.
  ApiError& with_continue(std::string token);

  // The Status object.
  [[nodiscard]] std::string body() const;

 private:
  int code_;
  std::string reason_;
  Json details_;
  std::string continue_;
  std::optional<std::chrono::seconds> retry_after_;
};

// The reason that goes with a code: 503 ServiceUnavailable …; empty where there is none.
std::string_view reason_for(int code);

}  // namespace headgate::fakeapi
