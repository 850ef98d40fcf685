// The annotations about time-outs, bodies, buffers and retries, and their ConfigMap keys: one Ingress for
// each host, so that one process shows default, set and invalid side by side.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>

#include "integration/one_pod.h"
#include "support/black_hole.h"

namespace headgate::test_support {
namespace {

using ::testing::HasSubstr;

class Proxying : public ::testing::Test {
 protected:
  void add(const std::string& host, const FieldList& annotations, const std::string& service = "web") {
    const std::string name = "i-" + host.substr(0, host.find('.'));
    text += ingress({name, "", "", {{host, {{"/", "Prefix", service}}}}, {}, annotations});
  }
  void start(const FieldList& settings = {}) {
    HeadgateOptions options;
    options.flags = {"--configmap=default/headgate"};
    folder.write("all.yaml", text + service_at("web", pods) + config_map("headgate", settings));
    headgate = std::make_unique<HeadgateProcess>(folder, options);
  }
  [[nodiscard]] HttpResponse send(const std::string& request, std::string_view method = "GET") const {
    RawClient client(headgate->http_port());
    return client.exchange(request, method);
  }
  [[nodiscard]] std::size_t asked() const { return a.request_count() + b.request_count(); }
  void both(const BackendHandler& handler) {
    a.set_handler(handler);
    b.set_handler(handler);
  }
  // How many tries a request for `host` made, and what the client got.
  std::pair<std::size_t, int> tries(const std::string& host, const std::string& method = "GET") {
    a.forget_requests();
    b.forget_requests();
    const int status =
        send(method + " / HTTP/1.1\r\nHost: " + host + "\r\nContent-Length: 0\r\n\r\n", method).status;
    return {asked(), status};
  }

  Gate gate;
  ManifestFolder folder;
  EchoBackend a{"a"}, b{"b"};
  std::vector<PodAddress> pods{{a.address(), a.port()}, {b.address(), b.port()}};
  std::string text;
  std::unique_ptr<HeadgateProcess> headgate;
};

BackendHandler answer(int status) {
  return [status](BackendExchange& exchange) {
    exchange.read_body();
    exchange.send("HTTP/1.1 " + std::to_string(status) + " Said\r\nContent-Length: 2\r\n\r\nno");
  };
}

TEST_F(Proxying, BodiesHaveTheSizeOfTheirIngress) {
  add("usual.test", {});
  add("small.test", {{"proxy-body-size", "10"}});
  add("any.test", {{"proxy-body-size", "0"}});
  add("bad.test", {{"proxy-body-size", "lots"}});
  start({{"proxy-body-size", "20"}});
  const auto status = [this](const std::string& host, std::size_t size) {
    return send("POST / HTTP/1.1\r\nHost: " + host + "\r\nContent-Length: " + std::to_string(size) +
                    "\r\n\r\n" + std::string(size, 'x'),
                "POST")
        .status;
  };
  EXPECT_EQ(status("usual.test", 20), 200);
  EXPECT_EQ(status("usual.test", 21), 413);
  EXPECT_EQ(status("small.test", 10), 200);
  EXPECT_EQ(status("small.test", 11), 413);
  EXPECT_EQ(status("any.test", 4000), 200);
  EXPECT_EQ(status("bad.test", 21), 413);
  // Chunked, so that nothing is declared.
  EXPECT_EQ(send("POST / HTTP/1.1\r\nHost: small.test\r\nTransfer-Encoding: chunked\r\n\r\n"
                 "b\r\nhello world\r\n0\r\n\r\n",
                 "POST")
                .status,
            413);
}

TEST_F(Proxying, ASilentPodIs504AfterTheReadTimeOutOfTheIngress) {
  add("short.test", {{"proxy-read-timeout", "1"}, {"proxy-next-upstream-tries", "1"}});
  both([this](BackendExchange& exchange) {
    exchange.read_body();
    gate.wait();
  });
  start();
  EXPECT_EQ(tries("short.test"), std::pair(std::size_t{1}, 504));
  gate.open();
}

TEST_F(Proxying, AConnectTimeOutIsThatOfTheIngress) {
  const BlackHole nobody;
  pods = {{"127.0.0.1", nobody.port()}};
  add("short.test", {{"proxy-connect-timeout", "1"}, {"proxy-next-upstream-tries", "1"}});
  start();
  EXPECT_EQ(headgate->get("short.test", "/").status, 504);
}

TEST_F(Proxying, AnswersArePassedOverAsTheListSays) {
  add("usual.test", {});
  add("some.test", {{"proxy-next-upstream", "error http_503 http_404"}});
  add("off.test", {{"proxy-next-upstream", "error http_503 off"}});
  add("bad.test", {{"proxy-next-upstream", "http_503 http_418"}});
  start();
  both(answer(503));
  EXPECT_EQ(tries("usual.test"), std::pair(std::size_t{1}, 503));
  EXPECT_EQ(tries("some.test"), std::pair(std::size_t{3}, 503));
  EXPECT_EQ(tries("off.test"), std::pair(std::size_t{1}, 503));
  EXPECT_EQ(tries("bad.test"), std::pair(std::size_t{1}, 503));
  both(answer(404));
  EXPECT_EQ(tries("some.test"), std::pair(std::size_t{3}, 404));
  both(answer(500));
  EXPECT_EQ(tries("some.test"), std::pair(std::size_t{1}, 500));
}

TEST_F(Proxying, AnAnswerThatWasPassedOverIsNotSeen) {
  add("some.test", {{"proxy-next-upstream", "http_502"}});
  start();
  a.set_handler(answer(502));
  for (int i = 0; i < 4; ++i) EXPECT_THAT(headgate->get("some.test", "/").body, HasSubstr("target=/\n"));
}

TEST_F(Proxying, WhatMayHaveActedIsNotSentTwiceUnlessAllowed) {
  add("once.test", {{"proxy-next-upstream", "http_500"}});
  add("twice.test", {{"proxy-next-upstream", "http_500 non_idempotent"}});
  start();
  both(answer(500));
  EXPECT_EQ(tries("once.test", "POST").first, 1U);
  EXPECT_EQ(tries("once.test", "PUT").first, 3U);
  EXPECT_EQ(tries("twice.test", "POST").first, 3U);
}

TEST_F(Proxying, TheConfigMapAllowsItForEveryList) {
  add("usual.test", {});
  add("list.test", {{"proxy-next-upstream", "http_500"}});
  start({{"retry-non-idempotent", "true"}, {"proxy-next-upstream", "http_503"}});
  both(answer(500));
  EXPECT_EQ(tries("usual.test", "POST").first, 1U);
  EXPECT_EQ(tries("list.test", "POST").first, 3U);
  both(answer(503));
  EXPECT_EQ(tries("usual.test", "POST").first, 3U);
}

TEST_F(Proxying, TriesAreCounted) {
  add("one.test", {{"proxy-next-upstream", "http_500"}, {"proxy-next-upstream-tries", "1"}});
  add("four.test", {{"proxy-next-upstream", "http_500"}, {"proxy-next-upstream-tries", "4"}});
  add("all.test", {{"proxy-next-upstream", "http_500"}, {"proxy-next-upstream-tries", "0"}});
  add("bad.test", {{"proxy-next-upstream", "http_500"}, {"proxy-next-upstream-tries", "-1"}});
  start();
  both(answer(500));
  EXPECT_EQ(tries("one.test").first, 1U);
  EXPECT_EQ(tries("four.test").first, 4U);
  EXPECT_EQ(tries("all.test").first, 2U);
  EXPECT_EQ(tries("bad.test").first, 3U);
}

TEST_F(Proxying, NoTryBeginsAfterTheirTime) {
  add("late.test", {{"proxy-read-timeout", "1"}, {"proxy-next-upstream-timeout", "1"}});
  both([this](BackendExchange& exchange) {
    exchange.read_body();
    gate.wait();
  });
  start();
  EXPECT_EQ(tries("late.test"), std::pair(std::size_t{1}, 504));
  gate.open();
}

TEST_F(Proxying, ABrokenHeadIsAnsweredByAnotherPodWhereAskedTo) {
  add("usual.test", {});
  add("again.test", {{"proxy-next-upstream", "invalid_header"}});
  start();
  const auto broken = [](BackendExchange& exchange) {
    exchange.read_body();
    exchange.send("HTTP/1.1 200 OK\r\nBroken\r\n\r\n");
    exchange.close();
  };
  both(broken);
  EXPECT_EQ(tries("usual.test"), std::pair(std::size_t{1}, 502));
  EXPECT_EQ(tries("again.test"), std::pair(std::size_t{3}, 502));
  b.set_handler({});
  for (int i = 0; i < 4; ++i) EXPECT_EQ(headgate->get("again.test", "/").status, 200);
}

TEST_F(Proxying, AHeadLargerThanItsBufferIs502) {
  add("usual.test", {});
  add("small.test", {{"proxy-buffer-size", "1k"}});
  add("bad.test", {{"proxy-buffer-size", "0"}});
  start();
  both([](BackendExchange& exchange) {
    exchange.read_body();
    exchange.send("HTTP/1.1 200 OK\r\nX-Large: " + std::string(2000, 'l') +
                  "\r\nContent-Length: 2\r\n\r\nok");
  });
  EXPECT_EQ(headgate->get("usual.test", "/").status, 200);
  EXPECT_EQ(headgate->get("small.test", "/").status, 502);
  EXPECT_EQ(headgate->get("bad.test", "/").status, 200);
  both([](BackendExchange& exchange) {
    exchange.read_body();
    exchange.send("HTTP/1.1 200 OK\r\nX-Large: " + std::string(900, 'l') +
                  "\r\nContent-Length: 2000\r\n\r\n" + std::string(2000, 'o'));
  });
  EXPECT_EQ(headgate->get("small.test", "/").body.size(), 2000U);  // the head fits, the rest does not count
}

TEST_F(Proxying, ASmallBodyThatCameInPiecesIsSentAgainWhole) {
  add("again.test", {{"proxy-next-upstream", "http_500"}});
  start();
  both(answer(500));
  RawClient client(headgate->http_port());
  client.send("PUT / HTTP/1.1\r\nHost: again.test\r\nContent-Length: 10\r\n\r\n");
  client.send("hello");
  client.send("world");
  EXPECT_EQ(client.receive("PUT").status, 500);
  ASSERT_EQ(asked(), 3U);
  for (const EchoBackend* pod : {&a, &b})
    for (const HttpRequest& request : pod->requests()) EXPECT_EQ(request.body, "helloworld");
}

TEST_F(Proxying, ALargeBodyIsSentOnce) {
  add("once.test", {{"proxy-next-upstream", "http_500"}});
  start();
  both(answer(500));
  RawClient client(headgate->http_port());
  client.send("PUT / HTTP/1.1\r\nHost: once.test\r\nContent-Length: 100000\r\n\r\n");
  client.send(std::string(100000, 'x'));
  EXPECT_EQ(client.receive("PUT").status, 500);
  EXPECT_EQ(asked(), 1U);
}

TEST_F(Proxying, TheUpstreamPoolFollowsTheConfigMapAtOnce) {
  add("x.test", {});
  pods = {{a.address(), a.port()}};
  start();
  for (int i = 0; i < 4; ++i) EXPECT_EQ(headgate->get("x.test", "/").status, 200);
  EXPECT_EQ(a.connection_count(), 1U);
  folder.write("all.yaml", text + service_at("web", pods) +
                               config_map("headgate", {{"upstream-keepalive-connections", "0"}}));
  EXPECT_TRUE(eventually([&] {
    const std::size_t before = a.connection_count();
    for (int i = 0; i < 3; ++i) EXPECT_EQ(headgate->get("x.test", "/").status, 200);
    return a.connection_count() >= before + 3;
  }));
}

TEST_F(Proxying, ARefusedBodyComesBeforeAnyTry) {
  add("small.test", {{"proxy-body-size", "1"}, {"proxy-next-upstream", "http_500"}});
  start();
  both(answer(500));
  EXPECT_EQ(send("PUT / HTTP/1.1\r\nHost: small.test\r\nContent-Length: 2\r\n\r\nxx", "PUT").status, 413);
  EXPECT_EQ(asked(), 0U);
}

}  // namespace
}  // namespace headgate::test_support
