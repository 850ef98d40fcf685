// The webhook's server and whoever answers for it: late, twice, never, and from other threads.
#include "app/webhook_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <mutex>
#include <thread>
#include <vector>

#include "support/gate.h"
#include "support/secret_volume.h"
#include "support/test_certificate.h"
#include "support/tls_client.h"

namespace headgate::app {
namespace {

using test_support::HttpResponse;
using test_support::TlsClient;
using ::testing::HasSubstr;

class WebhookServerTest : public ::testing::Test {
 protected:
  WebhookServerTest() {
    const test_support::TestCertificate certificate({{"webhook.test"}});
    volume_.put({{"c", certificate.pem()}, {"k", certificate.key_pem()}});
  }
  ~WebhookServerTest() override { stop(); }

  void start(WebhookServer::Answer answer,
             std::chrono::milliseconds answer_timeout = test_support::kPatience) {
    server_ =
        std::make_unique<WebhookServer>(WebhookOptions{volume_.path("c"), volume_.path("k"), answer_timeout},
                                        std::move(answer), [](const std::optional<k8swatch::Finding>&) {});
    const Result<void> bound = server_->bind(*SocketAddress::parse("127.0.0.1", 0));
    ASSERT_TRUE(bound) << bound.error().message;
    server_->start();
  }
  void stop() { server_.reset(); }
  [[nodiscard]] TlsClient connect() const { return TlsClient(server_->port()); }
  static std::string request(const std::string& body) {
    return "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  }
  [[nodiscard]] HttpResponse ask(const std::string& body) const {
    TlsClient one = connect();
    EXPECT_EQ(one.failure(), "");
    return one.exchange(request(body), "POST");
  }

  test_support::SecretVolume volume_;
  std::unique_ptr<WebhookServer> server_;
};

TEST_F(WebhookServerTest, PassesTheBodyOnAndTheReplyBack) {
  start([](std::string body, const WebhookServer::Respond& respond) {
    respond({201, "got " + body, "text/x"});
    respond({500, "a second one", "text/x"});
  });
  for (const std::string& body : {std::string("abc"), std::string(), std::string(9 << 20, 'x')}) {
    const HttpResponse response = ask(body);
    EXPECT_EQ(response.status, 201);
    EXPECT_EQ(response.field("Content-Type"), "text/x");
    EXPECT_EQ(response.body, "got " + body);
  }
}

TEST_F(WebhookServerTest, AnAnswerThatIsLateIs503AndTheConnectionLivesOn) {
  std::mutex mutex;
  std::vector<WebhookServer::Respond> kept;
  start(
      [&](const std::string& body, const WebhookServer::Respond& respond) {
        if (body == "now") return respond({200, "now"});
        const std::lock_guard lock(mutex);
        kept.push_back(respond);
      },
      std::chrono::milliseconds(20));
  TlsClient one = connect();
  const HttpResponse late = one.exchange(request("later"), "POST");
  EXPECT_EQ(late.status, 503);
  EXPECT_THAT(late.body, HasSubstr("busy"));
  {
    const std::lock_guard lock(mutex);
    ASSERT_EQ(kept.size(), 1U);
    kept[0]({200, "too late"});
  }
  EXPECT_EQ(one.exchange(request("now"), "POST").body, "now");
}

TEST_F(WebhookServerTest, AnswersComeFromOtherThreads) {
  std::vector<std::thread> threads;
  start([&](const std::string& body, const WebhookServer::Respond& respond) {
    threads.emplace_back([body, respond] { respond({200, body}); });
  });
  TlsClient one = connect();
  for (int i = 0; i < 100; ++i)
    ASSERT_EQ(one.exchange(request(std::to_string(i)), "POST").body, std::to_string(i));
  stop();
  for (std::thread& each : threads) each.join();
}

TEST_F(WebhookServerTest, OneThatIsNotAnsweredDoesNotHoldUpAnother) {
  test_support::Gate asked;
  WebhookServer::Respond kept;
  start([&](const std::string& body, const WebhookServer::Respond& respond) {
    if (body == "now") return respond({200, "now"});
    kept = respond;
    asked.open();
  });
  TlsClient waiting = connect();
  waiting.send(request("later"));
  ASSERT_TRUE(asked.wait());
  EXPECT_EQ(ask("now").body, "now");
  kept({200, "later"});
  EXPECT_EQ(waiting.receive("POST").body, "later");
}

TEST_F(WebhookServerTest, AnAnswerMayComeAfterTheEnd) {
  test_support::Gate asked;
  WebhookServer::Respond kept;
  start([&](const std::string&, const WebhookServer::Respond& respond) {
    kept = respond;
    asked.open();
  });
  TlsClient waiting = connect();
  waiting.send(request("later"));
  ASSERT_TRUE(asked.wait());
  stop();
  EXPECT_EQ(waiting.receive("POST").status, 0);
  kept({200, "to nobody"});
}

TEST_F(WebhookServerTest, SaysWhereItCannotListen) {
  start([](const std::string&, const WebhookServer::Respond&) {});
  WebhookServer second({"c", "k"}, {}, {});
  const Result<void> bound = second.bind(*SocketAddress::parse("127.0.0.1", server_->port()));
  ASSERT_FALSE(bound);
  EXPECT_THAT(bound.error().message, HasSubstr("admission webhook: cannot listen on 127.0.0.1:"));
}

}  // namespace
}  // namespace headgate::app
