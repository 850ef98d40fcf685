// Upgrades: when a connection becomes a tunnel, what goes through it, and how it ends.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "integration/one_pod.h"
#include "support/pattern.h"

namespace headgate::test_support {
namespace {

using ::testing::HasSubstr;

constexpr char kUpgrade[] =
    "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

class Tunnels : public OnePod {
 protected:
  static std::string upgrade_request() { return make_request("GET", "x.test", "/ws", kUpgrade); }

  RawClient open_tunnel() {
    RawClient one = client();
    const HttpResponse response = one.exchange(upgrade_request());
    EXPECT_EQ(response.status, 101) << response.start_line << response.problem;
    EXPECT_EQ(response.field("Upgrade"), "websocket");
    EXPECT_TRUE(response.lists("Connection", "upgrade"));
    EXPECT_EQ(response.field("Sec-WebSocket-Accept"), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    return one;
  }
};

TEST_F(Tunnels, BytesGoBothWaysUnchanged) {
  pod.set_handler(upgrade_echo());
  start();
  RawClient one = open_tunnel();
  const HttpRequest seen = pod.requests().at(0);
  EXPECT_EQ(seen.field("Upgrade"), "websocket");
  EXPECT_TRUE(seen.lists("Connection", "upgrade"));
  EXPECT_EQ(seen.field("Sec-WebSocket-Key"), "dGhlIHNhbXBsZSBub25jZQ==");
  EXPECT_EQ(seen.field("X-Forwarded-For"), "127.0.0.1");
  std::string every_byte;
  for (int i = 0; i < 256; ++i) every_byte.push_back(static_cast<char>(i));
  for (int round = 0; round < 10; ++round) {
    one.send(every_byte);
    ASSERT_EQ(one.read_exactly(256), every_byte);
  }
}

TEST_F(Tunnels, BytesRightBehindThe101AreKept) {
  pod.set_handler([](BackendExchange& exchange) {
    exchange.send(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\nwelcome");
    exchange.closed_by_peer();
    exchange.close();
  });
  start();
  RawClient one = client();
  EXPECT_EQ(one.exchange(upgrade_request()).status, 101);
  EXPECT_EQ(one.read_exactly(7), "welcome");
}

TEST_F(Tunnels, BytesSentBeforeThe101ReachThePodOnlyAfterIt) {
  pod.set_handler([this](BackendExchange& exchange) {
    gate.wait();
    ReadEnd end = ReadEnd::data;
    const std::string early = exchange.read_some(end, std::chrono::milliseconds(0));
    exchange.send("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n[" +
                  early + "]");
    exchange.send(exchange.read_some(end));
    exchange.close();
  });
  start();
  RawClient one = client();
  one.send(upgrade_request() + "too soon");
  ASSERT_TRUE(pod.wait_for_requests(1));
  gate.open();
  EXPECT_EQ(one.receive().status, 101);
  EXPECT_EQ(one.read_exactly(10), "[]too soon");
}

TEST_F(Tunnels, ARefusedUpgradeIsAnOrdinaryAnswer) {
  pod.set_handler([](BackendExchange& exchange) {
    if (exchange.request().has("Upgrade")) {
      exchange.respond(426, "no");
    } else {
      exchange.respond_with_echo();
    }
  });
  start();
  RawClient one = client();
  EXPECT_EQ(one.exchange(upgrade_request()).status, 426);
  EXPECT_THAT(one.exchange(make_request("GET", "x.test", "/plain")).body, HasSubstr("target=/plain\n"));
}

TEST_F(Tunnels, A101NobodyAskedForIs502) {
  pod.set_handler([](BackendExchange& exchange) {
    exchange.send(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\nsurprise");
    exchange.closed_by_peer();
    exchange.close();
  });
  start();
  const HttpResponse response = headgate->get("x.test", "/");
  EXPECT_EQ(response.status, 502);
  EXPECT_EQ(response.body.find("surprise"), std::string::npos);
}

TEST_F(Tunnels, AnUpgradeToHttp2IsNotPassedOn) {
  start();
  EXPECT_EQ(
      ask(make_request("GET", "x.test", "/",
                       "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n"))
          .status,
      200);
  EXPECT_FALSE(pod.requests().at(0).has("Upgrade"));
  EXPECT_FALSE(pod.requests().at(0).has("HTTP2-Settings"));
}

TEST_F(Tunnels, AClientsHalfCloseIsPassedOnAndTheOtherWayStaysOpen) {
  pod.set_handler(upgrade_echo());
  start();
  RawClient one = open_tunnel();
  one.send("last words");
  one.half_close();
  ReadEnd end = ReadEnd::data;
  EXPECT_EQ(one.read_until_close(end), "last wordsbye");
  EXPECT_EQ(end, ReadEnd::closed);
}

TEST_F(Tunnels, APodsHalfCloseIsPassedOnAndTheOtherWayStaysOpen) {
  pod.set_handler([this](BackendExchange& exchange) {
    exchange.send("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\nend");
    exchange.half_close();
    ReadEnd end = ReadEnd::data;
    std::string got;
    while (end == ReadEnd::data) got += exchange.read_some(end);
    if (got == "after the end" && end == ReadEnd::closed) reached.open();
    exchange.close();
  });
  start();
  RawClient one = client();
  EXPECT_EQ(one.exchange(upgrade_request()).status, 101);
  EXPECT_EQ(one.read_exactly(3), "end");
  EXPECT_TRUE(one.closed_by_peer());
  EXPECT_TRUE(one.send("after the end"));
  one.half_close();
  EXPECT_TRUE(reached.wait());
}

TEST_F(Tunnels, APodsResetEndsTheClientsSide) {
  pod.set_handler([](BackendExchange& exchange) {
    exchange.send("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n");
    ReadEnd end = ReadEnd::data;
    exchange.read_some(end);
    exchange.reset();
  });
  start();
  RawClient one = client();
  EXPECT_EQ(one.exchange(upgrade_request()).status, 101);
  one.send("x");
  EXPECT_TRUE(one.closed_by_peer());
  expect_nothing_poisoned();
}

TEST_F(Tunnels, AClientsResetEndsThePodsSide) {
  pod.set_handler(upgrade_echo());
  start();
  {
    RawClient one = open_tunnel();
    one.send("x");
    EXPECT_EQ(one.read_exactly(1), "x");
    one.reset();
  }
  EXPECT_TRUE(eventually([&] { return pod.open_connections() == 0; }));
}

TEST_F(Tunnels, MuchDataGoesThroughUnderBackPressure) {
  pod.set_handler(upgrade_echo());
  start();
  RawClient one = open_tunnel();
  constexpr std::size_t kSize = 8 << 20;
  const std::string all = pattern(0, kSize);
  std::thread sender([&] { one.send(all); });
  PatternChecker checker;
  while (checker.position() < kSize && checker.is_right()) {
    const std::string piece = one.read_exactly(std::min<std::size_t>(65536, kSize - checker.position()));
    if (piece.empty()) break;
    checker.add(piece);
  }
  sender.join();
  EXPECT_TRUE(checker.is_right());
  EXPECT_EQ(checker.position(), kSize);
}

TEST_F(Tunnels, AnIdleTunnelEndsByTheReadTimeOut) {
  pod.set_handler(upgrade_echo());
  start_with_settings({{"proxy-read-timeout", "1"}});
  RawClient one = open_tunnel();
  EXPECT_TRUE(one.closed_by_peer());
}

TEST_F(Tunnels, EndpointAndRouteChangesLeaveThemAlone) {
  pod.set_handler(upgrade_echo());
  start();
  RawClient one = open_tunnel();
  folder.write("web.yaml", ingress("other", "other.test", "web") + service_at("web", {}));
  ASSERT_TRUE(headgate->wait_for("other.test", "/", 503));
  one.send("still here");
  EXPECT_EQ(one.read_exactly(10), "still here");
}

}  // namespace
}  // namespace headgate::test_support
