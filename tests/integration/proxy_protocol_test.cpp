// use-proxy-protocol: the client is who the balancer says, everywhere, and without a header there is no
// connection.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "integration/https_pod.h"
#include "support/client_hello.h"
#include "support/proxy_header.h"
#include "support/stream_pod.h"
#include "support/tls_by_hand.h"

namespace headgate::test_support {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class ProxyProtocol : public HttpsPod {
 protected:
  // Beside x.test, which has TLS, there is plain.test, which has not.
  void begin(FieldList settings = {}, std::string_view more = "",
             const std::vector<std::string>& flags = {}) {
    settings.emplace_back("use-proxy-protocol", "true");
    HeadgateOptions options;
    options.access_log = log_path();
    options.flags = flags;
    start(settings, options, ingress("plain", "plain.test", "web") + std::string(more));
  }
  [[nodiscard]] std::string log_path() const { return (folder.path().parent_path() / "access.log").string(); }
  [[nodiscard]] bool wait_for_log(const std::string& text) const {
    return eventually([&] {
      std::ifstream file(log_path());
      const std::string log{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
      return log.find(text) != std::string::npos;
    });
  }
  static std::string line(int port = 80) {
    return "PROXY TCP4 203.0.113.9 192.0.2.1 51000 " + std::to_string(port) + "\r\n";
  }
  static std::string request(const std::string& path = "/") {
    return make_request("GET", "plain.test", path);
  }
  [[nodiscard]] RawClient plain() const { return RawClient(headgate->http_port()); }
  // By HTTP, with `header` in front.
  [[nodiscard]] HttpResponse ask(const std::string& header) const {
    RawClient one = plain();
    return one.exchange(header + request());
  }
  void expect_client(const std::string& ip, const std::string& port, const std::string& scheme) const {
    const HttpRequest seen = pod.last_request();
    EXPECT_EQ(seen.field("X-Forwarded-For"), ip);
    EXPECT_EQ(seen.field("X-Real-IP"), ip);
    EXPECT_EQ(seen.field("X-Forwarded-Port"), port);
    EXPECT_EQ(seen.field("X-Forwarded-Proto"), scheme);
  }
  // Refused: closed without a byte, and counted.
  void expect_refused(std::uint16_t port, std::string_view bytes) const {
    const double before = rejected("proxy_protocol");
    RawClient one(port);
    one.send(bytes);
    EXPECT_TRUE(one.closed_by_peer()) << bytes;
    EXPECT_TRUE(eventually([&] { return rejected("proxy_protocol") > before; })) << bytes;
  }
};

TEST_F(ProxyProtocol, VersionOneSaysWhoTheClientIs) {
  begin();
  EXPECT_EQ(ask(line()).status, 200);
  expect_client("203.0.113.9", "80", "http");
  EXPECT_TRUE(wait_for_log("203.0.113.9 - - ["));
  EXPECT_EQ(ask("PROXY TCP6 2001:db8::9 fd00::1 51000 8080\r\n").status, 200);
  expect_client("2001:db8::9", "8080", "http");
}

TEST_F(ProxyProtocol, VersionTwoSaysWhoTheClientIs) {
  begin();
  EXPECT_EQ(ask(proxy_v2(0x21, 0x11, proxy_v2_addresses(80) + proxy_tlv(0xEA, "vpce-1"))).status, 200);
  expect_client("203.0.113.9", "80", "http");
}

TEST_F(ProxyProtocol, Port443OfTheBalancerIsHttpsThoughPlainHere) {
  begin();
  EXPECT_EQ(ask(line(443)).status, 200);
  expect_client("203.0.113.9", "443", "https");
  const std::string of_tls_host = make_request("GET", "x.test", "/a");
  const HttpResponse redirected = plain().exchange(line(80) + of_tls_host);
  EXPECT_EQ(redirected.status, 308);
  EXPECT_EQ(redirected.field("Location"), "https://x.test/a");
  EXPECT_EQ(plain().exchange(line(443) + of_tls_host).status, 200);
}

TEST_F(ProxyProtocol, UnknownAndLocalConnectionsKeepTheirPeer) {
  begin();
  for (const std::string& header : {std::string("PROXY UNKNOWN\r\n"), proxy_v2(0x20, 0, ""),
                                    proxy_v2(0x21, 0x31, std::string(216, '/')), proxy_v2(0x21, 0, "")}) {
    EXPECT_EQ(ask(header).status, 200);
    expect_client("127.0.0.1", std::to_string(headgate->http_port()), "http");
  }
}

TEST_F(ProxyProtocol, TheHeaderComesBeforeTls) {
  begin();
  for (const std::string& header : {line(443), proxy_v2(0x21, 0x11, proxy_v2_addresses(443))}) {
    RawClient wire(headgate->https_port());
    TlsByHand tls("x.test");
    ASSERT_TRUE(wire.send(header + tls.hello()));
    ASSERT_TRUE(tls.finish(wire, Deadline(kPatience)));
    wire.send(tls.sealed(make_request("GET", "x.test", "/")));
    EXPECT_THAT(tls.opened(wire, Deadline(kPatience)), HasSubstr("HTTP/1.1 200 "));
    expect_client("203.0.113.9", "443", "https");
  }
}

TEST_F(ProxyProtocol, AHeaderInPiecesIsRead) {
  begin();
  for (const std::string& header : {line(), proxy_v2(0x21, 0x11, proxy_v2_addresses(80))}) {
    RawClient one = plain();
    for (const char byte : header) ASSERT_TRUE(one.send({&byte, 1}));
    EXPECT_EQ(one.exchange(request()).status, 200);
    expect_client("203.0.113.9", "80", "http");
    EXPECT_EQ(one.exchange(request("/again")).status, 200);
  }
  RawClient wire(headgate->https_port());
  TlsByHand tls("x.test");
  for (const char byte : line(443) + tls.hello()) ASSERT_TRUE(wire.send({&byte, 1}));
  EXPECT_TRUE(tls.finish(wire, Deadline(kPatience)));
}

TEST_F(ProxyProtocol, RequestsSentAheadAreAllAnswered) {
  begin();
  RawClient one = plain();
  ASSERT_TRUE(one.send(line() + request("/1") + request("/2") + request("/3")));
  for (const char* path : {"/1", "/2", "/3"})
    EXPECT_THAT(one.receive().body, HasSubstr("target=" + std::string(path) + "\n"));
}

TEST_F(ProxyProtocol, WithoutAGoodHeaderTheConnectionIsClosedAndCounted) {
  begin();
  TlsByHand tls("x.test");
  for (const std::string& bytes :
       {request(), std::string("PROXY TCP4 1.2.3.4\r\n"), "PROXY UNKNOWN " + std::string(200, 'x'),
        proxy_v2(0x21, 0x41, std::string(12, 'x')), proxy_v2(0x21, 0x11, "short"), std::string(1, '\0'),
        tls.hello()}) {
    expect_refused(headgate->http_port(), bytes);
    expect_refused(headgate->https_port(), bytes);
  }
  EXPECT_EQ(pod.request_count(), 0U);
  EXPECT_EQ(ask(line()).status, 200);
}

TEST_F(ProxyProtocol, HalfAHeaderIsNotWaitedForLongerThanItsTimeout) {
  begin({{"proxy-protocol-header-timeout", "1"}});
  expect_refused(headgate->http_port(), "PROXY TCP4 ");
  expect_refused(headgate->https_port(), kProxySignature);
  expect_refused(headgate->http_port(), "");
}

TEST_F(ProxyProtocol, APortThatIsOnlyLookedAtIsNotCounted) {
  begin();
  { RawClient look = plain(); }
  EXPECT_EQ(ask(line()).status, 200);
  EXPECT_EQ(rejected("proxy_protocol"), 0);
}

// The end of what a client sends, come with its header, is seen by the connection that takes over.
TEST_F(ProxyProtocol, AClientThatSaysNothingMoreIsNotWaitedFor) {
  begin();
  for (int i = 0; i < 20; ++i) {
    RawClient one = plain();
    one.send(line());
    one.half_close();
    EXPECT_TRUE(one.closed_by_peer());
    RawClient asking = plain();
    asking.send(line() + request());
    asking.half_close();
    EXPECT_EQ(asking.receive().status, 200);
    EXPECT_TRUE(asking.closed_by_peer());
  }
}

TEST_F(ProxyProtocol, OnlyTrustedPeersAreBelieved) {
  begin({{"proxy-real-ip-cidr", "10.0.0.0/8, 192.0.2.0/24"}});
  EXPECT_EQ(ask(line(443)).status, 200);
  expect_client("127.0.0.1", std::to_string(headgate->http_port()), "http");
  EXPECT_EQ(metric(headgate->admin("/metrics").body, "headgate_proxy_protocol_untrusted_total"), 1);
  expect_refused(headgate->http_port(), request());
}

TEST_F(ProxyProtocol, TrustFollowsTheConfigMap) {
  begin({{"proxy-real-ip-cidr", "127.0.0.0/8"}});
  EXPECT_EQ(ask(line()).status, 200);
  expect_client("203.0.113.9", "80", "http");
}

TEST_F(ProxyProtocol, PassthroughKnowsTheClientToo) {
  StreamPod echo(echo_bytes);
  IngressSpec spec;
  spec.name = "pass";
  spec.rules = {{"pass.test", {{"/", "Prefix", "pass", "80"}}}};
  spec.annotations = {{"ssl-passthrough", "true"}};
  begin({}, ingress(spec) + service_at("pass", {{"127.0.0.1", echo.port(), "{ready: true}"}}),
        {"--enable-ssl-passthrough"});
  RawClient one(headgate->https_port());
  const std::string hello = record(hello_message({.extensions = server_name_extension("pass.test")}));
  ASSERT_TRUE(one.send(line(443) + hello));
  EXPECT_EQ(one.read_exactly(hello.size()), hello) << "the header is not for the pod";
  one.close();
  EXPECT_TRUE(wait_for_log("[203.0.113.9] ["));
}

TEST_F(ProxyProtocol, IsNoPartOfConnectionsWithoutIt) {
  start();
  RawClient one = plain();
  EXPECT_EQ(one.exchange(line() + request()).status, 400);
}

}  // namespace
}  // namespace headgate::test_support
