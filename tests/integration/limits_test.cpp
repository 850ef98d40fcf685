// limit-*: how often and how many at a time, over all Workers, whatever becomes of a request.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "integration/annotated_pod.h"
#include "support/deadline.h"
#include "support/h2_client.h"
#include "support/metrics.h"

namespace headgate::test_support {
namespace {

class Limits : public AnnotatedPod {
 protected:
  // How many of `count` requests, each on a connection of its own, are answered with `status`.
  [[nodiscard]] int answered(int count, int status, std::string_view fields = "") const {
    int found = 0;
    for (int i = 0; i < count; ++i) found += ask_y(fields).status == status ? 1 : 0;
    return found;
  }
  // A request that is being answered until the gate opens.
  [[nodiscard]] std::unique_ptr<RawClient> hold() {
    const std::size_t before = pod.request_count();
    auto one = std::make_unique<RawClient>(headgate->http_port());
    one->send(make_request("GET", "y.test", "/held"));
    EXPECT_TRUE(pod.wait_for_requests(before + 1));
    return one;
  }
  void hold_requests_for_held() {
    pod.set_handler([this](BackendExchange& exchange) {
      if (exchange.request().target == "/held") gate.wait();
      exchange.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    });
  }
  [[nodiscard]] double rejected(const std::string& reason) const {
    return metric(headgate->admin("/metrics").body, "headgate_http_rejected_total",
                  "reason=\"" + reason + "\"");
  }
};

// A minute's limit leaks nothing that a test could notice.
TEST_F(Limits, OneAndTheBurstPassThen503) {
  start_annotated({{"limit-rpm", "2"}});
  EXPECT_EQ(answered(11, 200), 11) << "1 + 2 * 5";
  const HttpResponse refused = ask_y();
  EXPECT_EQ(refused.status, 503);
  EXPECT_THAT(refused.body, ::testing::HasSubstr("503 Service Temporarily Unavailable"));
  EXPECT_EQ(pod.request_count(), 11U);
  EXPECT_TRUE(eventually([&] { return rejected("rate_limit") == 1; }));
}

TEST_F(Limits, TheBurstFollowsItsMultiplierAndTheStatusTheConfigMap) {
  start_annotated({{"limit-rpm", "3"}, {"limit-burst-multiplier", "1"}}, {{"limit-req-status-code", "429"}});
  EXPECT_EQ(answered(4, 200), 4);
  EXPECT_EQ(answered(2, 429), 2);
}

TEST_F(Limits, ASecondsLimitLeaks) {
  start_annotated({{"limit-rps", "20"}, {"limit-burst-multiplier", "0"}});
  EXPECT_EQ(ask_y().status, 200);
  EXPECT_TRUE(eventually([&] { return ask_y().status == 200; })) << "50 ms later there is room for one";
}

TEST_F(Limits, AllWorkersAndConnectionsCountTogether) {
  start_annotated({{"limit-rpm", "4"}}, {}, "", 4);
  EXPECT_EQ(answered(60, 200), 21) << "each on a connection of its own, over four Workers";
}

TEST_F(Limits, CountsGoOnWhenTheIngressChanges) {
  start_annotated({{"limit-rpm", "1"}});
  EXPECT_EQ(answered(6, 200), 6);
  EXPECT_EQ(ask_y().status, 503);
  annotate({{"limit-rpm", "1"}, {"enable-cors", "true"}});
  ASSERT_TRUE(eventually([&] { return ask_y().has("Access-Control-Allow-Origin"); }));
  EXPECT_EQ(ask_y().status, 503);
}

TEST_F(Limits, ExemptClientsHaveNone) {
  start_annotated({{"limit-rpm", "1"}, {"limit-connections", "1"}, {"limit-whitelist", "127.0.0.0/8"}});
  EXPECT_EQ(answered(20, 200), 20);
}

TEST_F(Limits, TheConfigMapSaysWhatCountsTogether) {
  start_annotated({{"limit-rpm", "1"}}, {{"limit-conn-zone-variable", "$http_x_key"}});
  EXPECT_EQ(answered(7, 200, "X-Key: a\r\n"), 6);
  EXPECT_EQ(answered(7, 200, "X-Key: b\r\n"), 6);
  EXPECT_EQ(answered(10, 200), 10) << "without a key nobody is limited, as in nginx";
}

TEST_F(Limits, ABadValueDropsTheIngress) {
  start_annotated({});
  annotate({{"limit-rps", "many"}});
  EXPECT_TRUE(wait_for_finding("limit-rps"));
  EXPECT_EQ(ask_y().status, 200) << "the version before";
  annotate({{"limit-rps", "-1"}});
  EXPECT_TRUE(wait_for_finding("'-1'"));
  annotate({{"limit-rps", "1"}, {"limit-allowlist", "10.0.0.0/8,nobody"}});
  EXPECT_TRUE(wait_for_finding("'nobody'"));
  EXPECT_EQ(ask_y().status, 200);
}

TEST_F(Limits, ConnectionsAreThoseWithARequest) {
  hold_requests_for_held();
  start_annotated({{"limit-connections", "2"}}, {{"limit-conn-status-code", "429"}});
  RawClient idle(headgate->http_port());
  EXPECT_EQ(idle.exchange(make_request("GET", "y.test", "/")).status, 200);
  const auto first = hold();
  const auto second = hold();
  EXPECT_EQ(ask_y().status, 429);
  EXPECT_EQ(headgate->get("x.test", "/").status, 200) << "another Ingress";
  EXPECT_EQ(rejected("connection_limit"), 1);
  gate.open();
  EXPECT_TRUE(eventually([&] { return ask_y().status == 200; }));
}

TEST_F(Limits, ASlotComesBackHoweverTheRequestEnds) {
  hold_requests_for_held();
  start_annotated({{"limit-connections", "1"}});
  for (int i = 0; i < 3; ++i) {
    {
      const auto gone = hold();
      EXPECT_EQ(ask_y().status, 503);
      gone->reset();
    }
    ASSERT_TRUE(eventually([&] { return ask_y().status == 200; })) << "reset by the client";
  }
  pod.set_handler([](BackendExchange& exchange) { exchange.close(); });
  for (int i = 0; i < 5; ++i) EXPECT_EQ(ask_y().status, 502) << "the pod fails";
  pod.set_handler(send_then_close("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\ncut"));
  for (int i = 0; i < 5; ++i) EXPECT_EQ(ask_y().status, 200) << "cut in the body";
  gate.open();
}

TEST_F(Limits, ATunnelHoldsItsSlotToTheEnd) {
  pod.set_handler(upgrade_echo());
  start_annotated({{"limit-connections", "1"}});
  RawClient tunnel(headgate->http_port());
  tunnel.send(
      "GET / HTTP/1.1\r\nHost: y.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
  ASSERT_TRUE(pod.wait_for_requests(1));
  pod.set_handler({});
  EXPECT_EQ(ask_y().status, 503);
  tunnel.close();
  EXPECT_TRUE(eventually([&] { return ask_y().status == 200; }));
}

TEST_F(Limits, EachStreamOfHttp2Counts) {
  hold_requests_for_held();
  start_annotated({{"limit-connections", "1"}});
  const auto held = hold();
  RawClient connection(headgate->http_port());
  H2Client h2(connection);
  EXPECT_EQ(h2.get("y.test", "/").status, 503);
  gate.open();
  EXPECT_TRUE(eventually([&] { return h2.get("y.test", "/").status == 200; }));
}

}  // namespace
}  // namespace headgate::test_support
