// The ApiTransport over cpprestsdk: HTTP/1.1, one connection per running request, all of it on the library's
// single thread. The only door to that library.
//
// Why one thread: with more, or when a request is cancelled from another thread, the library races in itself.
// So requests are started, cancelled and resumed by posting to its thread, which never blocks, and what it
// reads is posted back.
//
// Of the library to be known: it sends a request once more, whatever its method, when a kept connection turns
// out to have been closed; it holds one chunk whole; a name is resolved by getaddrinfo(3), whose patience
// ends when resolv.conf says so, and the process does not end before (an address takes no time).
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "k8swatch/api_access.h"
#include "k8swatch/api_delivery.h"
#include "k8swatch/api_transport.h"

namespace headgate::k8swatch {

struct ApiClientOptions {
  std::string
      user_agent;  // "headgate/1.0.0 (linux/amd64)": API servers print JSON wide for browsers and curl
  // Read, and not yet taken by the handler; one chunk more at most.
  std::size_t bytes_ahead = std::size_t{1} << 20;
  std::size_t most_unary_bytes = std::size_t{64} << 20;
  // Until the request is sent, whatever the request's idle_timeout.
  std::chrono::milliseconds connect_patience{30'000};
};

class ApiClient : public ApiTransport {
 public:
  // Control thread, as everything here. `post` brings a function to the control thread, from any thread and
  // never inside the call; it is not called once the client is destroyed. `source` outlives the client.
  // The first client of the process starts the library's thread, which lives until the process ends; throws
  // std::exception where something else started the library's pool before.
  ApiClient(ApiClientOptions options, ApiAccessSource& source, ControlPost::Post post);
  // Cancels what is under way: nothing is called any more, though calls may outlive the client. Takes at most
  // kEndPatience.
  ~ApiClient() override;
  ApiClient(const ApiClient&) = delete;
  ApiClient& operator=(const ApiClient&) = delete;

  static constexpr std::chrono::milliseconds kEndPatience{50};

  std::unique_ptr<ApiCall> unary(ApiRequest request, std::function<void(ApiOutcome)> done) override;
  std::unique_ptr<ApiCall> stream(ApiRequest request, ApiStreamHandler& handler) override;

 private:
  class Call;
  class UnaryCall;
  struct Core;
  std::shared_ptr<Core> core_;
};

}  // namespace headgate::k8swatch
