// WebSocket over HTTP/2 (RFC 8441) to pods that speak HTTP/1.1.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/websocket.h"
#include "integration/http2_fixture.h"
#include "support/pattern.h"

namespace headgate::test_support {
namespace {

class Http2Tunnels : public OnePodOverH2 {
 protected:
  static std::uint32_t begin_websocket(H2Connected& one) {
    const std::uint32_t stream = one->next_stream();
    const FieldList fields{{":method", "CONNECT"},
                           {":protocol", "websocket"},
                           {":scheme", "http"},
                           {":path", "/chat"},
                           {":authority", "x.test"},
                           {"sec-websocket-version", "13"},
                           {"sec-websocket-protocol", "chat"},
                           {"origin", "http://x.test"}};
    one->send(h2_frame(h2::headers, h2::end_headers, stream, h2_block(fields)));
    return stream;
  }
  // Shakes hands as RFC 6455 says, then sends every byte back; "bye" once the client has ended its side.
  static BackendHandler websocket_echo(std::string prefix = "") {
    return [prefix](BackendExchange& exchange) {
      const auto accept = http::websocket_accept(exchange.request().field("Sec-WebSocket-Key").value_or(""));
      exchange.send(
          "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
          "Sec-WebSocket-Protocol: chat\r\nSec-WebSocket-Accept: " +
          std::string(accept.data(), accept.size()) + "\r\n\r\n" + prefix);
      ReadEnd end = ReadEnd::data;
      while (true) {
        const std::string bytes = exchange.read_some(end, std::chrono::minutes(5));
        if (end != ReadEnd::data || !exchange.send(bytes)) break;
      }
      if (end == ReadEnd::closed) exchange.send("bye");
      exchange.close();
    };
  }
  static std::string payload(H2Connected& one, std::uint32_t stream, std::size_t size) {
    one.until([&] { return one->response(stream).body.size() >= size || one->response(stream).complete; });
    return one->response(stream).body;
  }
};

TEST_F(Http2Tunnels, BytesGoBothWaysUnchangedUntilBothSidesEnd) {
  pod.set_handler(websocket_echo("welcome"));
  start();
  H2Connected one = connect();
  const std::uint32_t stream = begin_websocket(one);
  EXPECT_EQ(payload(one, stream, 7), "welcome");
  const H2Response opened = one->response(stream);
  EXPECT_EQ(opened.status, 200);
  EXPECT_EQ(opened.field("sec-websocket-protocol"), "chat");
  for (const char* name : {"sec-websocket-accept", "upgrade", "connection"})
    EXPECT_FALSE(opened.field(name)) << name;
  const HttpRequest seen = pod.requests().at(0);
  EXPECT_EQ(seen.method, "GET");
  EXPECT_EQ(seen.target, "/chat");
  EXPECT_EQ(seen.field("Upgrade"), "websocket");
  EXPECT_TRUE(seen.lists("Connection", "upgrade"));
  EXPECT_EQ(seen.field("Sec-WebSocket-Version"), "13");
  EXPECT_EQ(seen.field("Origin"), "http://x.test");
  std::string expected = "welcome";
  for (int round = 0; round < 10; ++round) {
    const std::string bytes = pattern(static_cast<std::size_t>(round), 1000);
    one->send(h2_frame(h2::data, 0, stream, bytes));
    expected += bytes;
    ASSERT_EQ(payload(one, stream, expected.size()), expected);
  }
  one->send(h2_frame(h2::data, h2::end_stream, stream, ""));
  EXPECT_EQ(one->receive(stream).body, expected + "bye");
  EXPECT_TRUE(one->response(stream).complete);
  EXPECT_FALSE(one->response(stream).reset);
  EXPECT_TRUE(eventually([&] { return metric("headgate_tunnels") == 0; }));
}

TEST_F(Http2Tunnels, EveryHandshakeHasAKeyOfItsOwn) {
  pod.set_handler(websocket_echo());
  start();
  H2Connected one = connect();
  for (int i = 0; i < 2; ++i) {
    const std::uint32_t stream = begin_websocket(one);
    ASSERT_TRUE(one.until([&] { return one->response(stream).status == 200; }));
  }
  EXPECT_NE(pod.requests().at(0).field("Sec-WebSocket-Key"), pod.requests().at(1).field("Sec-WebSocket-Key"));
}

TEST_F(Http2Tunnels, MuchMoreThanTheWindowsGoesBothWays) {
  pod.set_handler(websocket_echo());
  start();
  H2Connected one = connect();
  const std::uint32_t stream = begin_websocket(one);
  const std::string bytes = pattern(0, 4 * 1024 * 1024);
  EXPECT_TRUE(one->send_body(stream, bytes));
  EXPECT_TRUE(one->receive(stream).body == bytes + "bye");
}

TEST_F(Http2Tunnels, AnAcceptThatAnswersAnotherKeyIsABadGateway) {
  pod.set_handler(upgrade_echo());  // answers the key of RFC 6455's example
  start();
  H2Connected one = connect();
  const H2Response response = one->receive(begin_websocket(one));
  EXPECT_EQ(response.status, 502);
  EXPECT_TRUE(eventually([&] { return pod.open_connections() == 0; }));
}

TEST_F(Http2Tunnels, AnOrdinary200IsNoTunnel) {
  start();  // the pod ignores the upgrade
  H2Connected one = connect();
  const H2Response response = one->receive(begin_websocket(one));
  EXPECT_EQ(response.status, 502);
}

TEST_F(Http2Tunnels, ARefusalIsAnOrdinaryAnswer) {
  pod.set_handler([](BackendExchange& exchange) { exchange.respond(403, "no"); });
  start();
  H2Connected one = connect();
  const std::uint32_t stream = begin_websocket(one);
  ASSERT_TRUE(one.until([&] { return one->response(stream).reset.has_value(); }));
  EXPECT_EQ(one->response(stream).status, 403);
  EXPECT_EQ(one->response(stream).body, "no");
  EXPECT_TRUE(one->response(stream).complete);
  EXPECT_EQ(one->response(stream).reset, h2::no_error);
}

TEST_F(Http2Tunnels, AResetByTheClientEndsThePodsSide) {
  pod.set_handler(websocket_echo());
  start();
  H2Connected one = connect();
  const std::uint32_t stream = begin_websocket(one);
  ASSERT_TRUE(one.until([&] { return one->response(stream).status == 200; }));
  one.reset(stream);
  EXPECT_TRUE(eventually([&] { return pod.open_connections() == 0; }));
  EXPECT_TRUE(eventually([&] { return metric("headgate_tunnels") == 0; }));
}

TEST_F(Http2Tunnels, AResetByThePodEndsTheStream) {
  pod.set_handler([](BackendExchange& exchange) {
    const auto accept = http::websocket_accept(exchange.request().field("Sec-WebSocket-Key").value_or(""));
    exchange.send(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Accept: " +
        std::string(accept.data(), accept.size()) + "\r\n\r\n");
    ReadEnd end = ReadEnd::data;
    exchange.read_some(end);
    exchange.reset();
  });
  start();
  H2Connected one = connect();
  const std::uint32_t stream = begin_websocket(one);
  ASSERT_TRUE(one.until([&] { return one->response(stream).status == 200; }));
  one->send(h2_frame(h2::data, 0, stream, "go"));
  ASSERT_TRUE(one.until([&] { return one->response(stream).reset.has_value(); }));
  EXPECT_EQ(one->response(stream).reset, h2::cancel);
}

TEST_F(Http2Tunnels, RequestsGoOnBesideATunnel) {
  pod.set_handler([](BackendExchange& exchange) {
    if (exchange.request().has("Upgrade")) {
      websocket_echo()(exchange);
    } else {
      exchange.respond_with_echo();
    }
  });
  start();
  H2Connected one = connect();
  const std::uint32_t stream = begin_websocket(one);
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(one.get("/").status, 200);
    one->send(h2_frame(h2::data, 0, stream, "x"));
  }
  EXPECT_EQ(payload(one, stream, 5), "xxxxx");
}

}  // namespace
}  // namespace headgate::test_support
