// An ApiClient whose control thread is the test's own: what is posted runs while the test waits.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "k8swatch/api_client.h"
#include "k8swatch/api_peer.h"
#include "support/deadline.h"
#include "support/gate.h"

namespace headgate::k8swatch {

class ControlQueue {
 public:
  ControlPost::Post post() {
    return [this](std::function<void()> work) {
      const std::lock_guard lock(mutex_);
      queue_.push_back(std::move(work));
      filled_.notify_one();
    };
  }
  // Runs what is posted until `condition` holds; false: it never did.
  bool run_until(const std::function<bool()>& condition,
                 std::chrono::milliseconds within = test_support::kPatience) {
    const test_support::Deadline deadline(within);
    while (!condition()) {
      std::function<void()> work;
      {
        std::unique_lock lock(mutex_);
        if (!filled_.wait_until(lock, deadline.at(), [this] { return !queue_.empty(); })) return false;
        work = std::move(queue_.front());
        queue_.pop_front();
      }
      work();
    }
    return true;
  }
  [[nodiscard]] bool has_pending() {
    const std::lock_guard lock(mutex_);
    return !queue_.empty();
  }
  // Runs what is there now.
  void run_pending() {
    std::deque<std::function<void()>> now;
    {
      const std::lock_guard lock(mutex_);
      now.swap(queue_);
    }
    for (const auto& work : now) work();
  }

 private:
  std::mutex mutex_;
  std::condition_variable filled_;
  std::deque<std::function<void()>> queue_;
};

// Gives out what the test says.
struct ScriptedAccess : ApiAccessSource {
  void get(std::function<void(const Result<ApiAccess>&)> ready) override { ready(answer); }
  void refused(const ApiAccess& access) override { refusals.push_back(access.authorization); }
  void distrusted() override { ++distrusts; }

  Result<ApiAccess> answer = fail("nothing set");
  std::vector<std::string> refusals;
  int distrusts = 0;
};

// Keeps what comes.
struct StreamLog final : ApiStreamHandler {
  void on_head(const ApiHead& got) override { head = got; }
  void on_bytes(std::string_view got) override {
    bytes.append(got);
    largest = std::max(largest, got.size());
    if (on_some) on_some();
  }
  void on_end(std::optional<ApiError> got) override {
    ++ends;
    error = std::move(got);
  }

  std::optional<ApiHead> head;
  std::string bytes;
  std::size_t largest = 0;
  std::optional<ApiError> error;
  int ends = 0;
  std::function<void()> on_some;
};

class ApiClientTest : public testing::Test {
 protected:
  ApiClientTest() { options_.user_agent = "headgate/1.2.3 (linux/amd64)"; }

  // A TLS server for 127.0.0.1 and "api.test", trusted by the client.
  ApiPeer& serve(ApiPeer::Script script) {
    peer_ = std::make_unique<ApiPeer>(authority_.issue(request_), std::move(script));
    trust(authority_.certificate());
    return *peer_;
  }
  void trust(const std::string& ca) {
    auto trust = tls::PeerTrust::make({.ca = ca, .certificate = {}, .key = {}});
    ASSERT_TRUE(trust) << trust.error().message;
    ApiAccess access;
    access.server = peer_->url();
    access.authorization = "Bearer secret";
    access.trust = *trust;
    access_.answer = access;
  }
  ApiClient& client() {
    if (client_ == nullptr) client_ = std::make_unique<ApiClient>(options_, access_, queue_.post());
    return *client_;
  }
  static ApiRequest get(std::string target, std::string lane = "test") {
    ApiRequest request;
    request.target = std::move(target);
    request.lane = std::move(lane);
    return request;
  }
  // Waits for the outcome of a unary request.
  ApiOutcome ask(ApiRequest request) {
    std::optional<ApiOutcome> outcome;
    const auto call = client().unary(std::move(request), [&](ApiOutcome got) { outcome = std::move(got); });
    EXPECT_FALSE(outcome) << "called from inside the call";
    if (!queue_.run_until([&] { return outcome.has_value(); }))
      return ApiError{ApiFailure::timeout, "the test has run out of patience"};
    return *std::move(outcome);
  }
  static ApiError error_of(const ApiOutcome& outcome) {
    const auto* error = std::get_if<ApiError>(&outcome);
    return error == nullptr ? ApiError{ApiFailure::config, "no error, but an answer"} : *error;
  }
  static ApiResponse response_of(const ApiOutcome& outcome) {
    if (const auto* response = std::get_if<ApiResponse>(&outcome)) return *response;
    return {{}, "no answer, but: " + std::get<ApiError>(outcome).message};
  }

  // For scripts, which run until the peer is gone: locals of a test do not live so long.
  test_support::Gate gate_;
  std::atomic<std::size_t> count_ = 0;

  test_support::TestAuthority authority_;
  test_support::CertificateRequest request_{.dns_names = {"api.test"}, .ip_addresses = {"127.0.0.1"}};
  std::unique_ptr<ApiPeer> peer_;
  ScriptedAccess access_;
  ControlQueue queue_;
  ApiClientOptions options_;
  std::unique_ptr<ApiClient> client_;
};

}  // namespace headgate::k8swatch
