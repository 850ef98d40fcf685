// The HTTPS server of the validating admission webhook (--validating-webhook), on a thread of its own: POST a
// JSON text to any path, get one back. Knows nothing of what they say.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "base/socket_address.h"
#include "k8swatch/finding.h"

namespace headgate::app {

struct WebhookReply {
  int status = 200;
  std::string body;
  std::string content_type = "application/json";
};

struct WebhookOptions {
  std::string certificate_path;  // PEM; both are looked at every second
  std::string key_path;
  // Below the timeoutSeconds of the webhook's configuration (5), so that the API server learns the reason.
  std::chrono::milliseconds answer_timeout{3000};
};

// Owned by the Server (control thread), which calls every function here. HTTP/1.1 over TLS 1.2 and above.
// Bounds: 16 KiB of request head, 9 MiB of body (413), of bodies over 256 KiB no more than 8 at once (503),
// 10 s for a handshake, a first head or a body, answer_timeout for an answer (503), 150 s between two
// requests, 128 connections; one more takes the place of the one whose client is silent for longest.
class WebhookServer {
 public:
  // May be called from any thread, at any time and more than once; the first call counts.
  using Respond = std::function<void(WebhookReply)>;
  // Called on the webhook's thread. Must neither throw nor wait.
  using Answer = std::function<void(std::string body, Respond respond)>;
  // What is wrong with the certificate now; nothing: it is fine again. Called on the webhook's thread.
  using TellProblem = std::function<void(std::optional<k8swatch::Finding> problem)>;

  WebhookServer(WebhookOptions options, Answer answer, TellProblem tell_problem);
  ~WebhookServer();  // stops
  WebhookServer(const WebhookServer&) = delete;
  WebhookServer& operator=(const WebhookServer&) = delete;

  // Opens the listener. An address `::` also takes IPv4. Port 0: any free one, see port().
  Result<void> bind(const SocketAddress& address);
  [[nodiscard]] std::uint16_t port() const;
  // Starts the thread. After bind().
  void start();
  // Closes every connection and joins the thread. Harmless when not started.
  void stop();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace headgate::app
