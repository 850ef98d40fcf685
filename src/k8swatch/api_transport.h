// How the control plane talks to the Kubernetes API server: one request and its whole answer, or one whose
// answer streams. An interface, so that reflectors, leader election and the writers run against a script in
// tests, and so that the HTTP library stays behind one door.
//
// Everything here is of the control thread: the calls are made there, and every callback is called there,
// never from inside the call that started it. Where the server is, its certificates and credentials are the
// business of the implementation: a target is a path.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace headgate::k8swatch {

struct ApiRequest {
  std::string method = "GET";
  std::string target;        // path and query, escaped: "/api/v1/secrets?limit=500"
  std::string content_type;  // of `body`; empty: there is no body
  std::string body;
  // Fails when nothing at all happens for that long, connecting included. Not a limit of the whole exchange.
  std::chrono::milliseconds idle_timeout{30'000};
  // Requests of one lane use one connection after another, so that a watch finds the one its list has warmed
  // up. Streams of one lane never run at the same time.
  std::string lane;
  // Resolve and connect anew: the lane's kept connection may lead to a server that is going away.
  bool fresh_connection = false;
};

struct ApiHead {
  int status = 0;
  std::optional<std::chrono::seconds> retry_after;
  std::string server;                 // who refused (401, 403), for messages; may be empty otherwise
  std::vector<std::string> warnings;  // the Warning fields as they came (RFC 7234 §5.5)
};

struct ApiResponse {
  ApiHead head;
  std::string body;  // bounded by the implementation; beyond that the exchange fails as `too_large`
};

// Why there is no answer, or no whole one.
enum class ApiFailure : std::uint8_t {
  config,     // no usable address, certificate or credential; `message` names the file
  connect,    // refused, unreachable, or the name does not resolve
  tls,        // the server is not who it must be
  timeout,    // idle_timeout passed
  reset,      // the connection broke, or ended before the answer did
  too_large,  // the answer is beyond the bound
};

struct ApiError {
  ApiFailure failure = ApiFailure::reset;
  std::string message;  // names the server and the reason, no credential
};

using ApiOutcome = std::variant<ApiResponse, ApiError>;

// A request under way. Destroying it cancels it: no callback comes after that.
class ApiCall {
 public:
  virtual ~ApiCall() = default;
};

// Receives one streamed answer. Each may destroy the ApiCall.
class ApiStreamHandler {
 public:
  virtual void on_head(const ApiHead& head) = 0;
  // Some bytes of the body, with no regard to lines; the implementation reads no further than a bound ahead.
  virtual void on_bytes(std::string_view bytes) = 0;
  // Once, last. Nothing: the answer ended as HTTP says it must.
  virtual void on_end(std::optional<ApiError> error) = 0;

 protected:
  ~ApiStreamHandler() = default;
};

class ApiTransport {
 public:
  virtual ~ApiTransport() = default;
  // `done` is called once, unless the call is destroyed before.
  virtual std::unique_ptr<ApiCall> unary(ApiRequest request, std::function<void(ApiOutcome)> done) = 0;
  // `handler` must outlive the call.
  virtual std::unique_ptr<ApiCall> stream(ApiRequest request, ApiStreamHandler& handler) = 0;
};

}  // namespace headgate::k8swatch
