// Strict-Transport-Security: on every answer over HTTPS, once, whatever the pod says; never over plain HTTP.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "integration/https_pod.h"

namespace headgate::test_support {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr const char* kDefault = "max-age=31536000; includeSubDomains";

class Hsts : public HttpsPod {
 protected:
  template <typename Response>
  static std::vector<std::string> lines(const Response& response) {
    std::vector<std::string> found;
    for (const auto& [name, value] : response.fields)
      if (equal_ignoring_case(name, "Strict-Transport-Security")) found.push_back(value);
    return found;
  }
  [[nodiscard]] std::vector<std::string> over_tls(std::string_view request) const {
    TlsClient one = client(tls());
    const HttpResponse response = one.exchange(request);
    EXPECT_NE(response.status, 0) << response.problem;
    return lines(response);
  }
  void answer_with(std::string head) {
    pod.set_handler([head = std::move(head)](BackendExchange& exchange) {
      exchange.read_body();
      exchange.send(head);
    });
  }
};

TEST_F(Hsts, ReplacesThePodsOwn) {
  answer_with(
      "HTTP/1.1 200 OK\r\nstrict-transport-security: max-age=1\r\nX-A: b\r\nStrict-Transport-Security: "
      "max-age=2\r\nContent-Length: 2\r\n\r\nok");
  start();
  EXPECT_THAT(over_tls(make_request("GET", "x.test", "/")), ElementsAre(kDefault));
  TlsClient two = client(tls({"h2"}));
  H2Client h2(two);
  const H2Response response = h2.get("x.test", "/");
  EXPECT_EQ(response.body, "ok");
  EXPECT_EQ(response.field("x-a"), "b");
  EXPECT_THAT(lines(response), ElementsAre(kDefault));
}

TEST_F(Hsts, IsOnEveryAnswerOfOurOwn) {
  start();
  EXPECT_THAT(over_tls(make_request("GET", "nobody.test", "/")), ElementsAre(kDefault)) << "404";
  EXPECT_THAT(over_tls("GET / HTTP/1.1\r\nHost: x.test\r\nBad Header: 1\r\n\r\n"), ElementsAre(kDefault))
      << "400";
  EXPECT_THAT(over_tls("OPTIONS * HTTP/1.1\r\nHost: x.test\r\n\r\n"), ElementsAre(kDefault)) << "204";
  TlsClient two = client(tls({"h2"}));
  H2Client h2(two);
  const H2Response response = h2.get("nobody.test", "/");
  EXPECT_EQ(response.status, 421);
  EXPECT_THAT(lines(response), ElementsAre(kDefault));
}

TEST_F(Hsts, PlainHttpHasNone) {
  start({{"ssl-redirect", "false"}});
  EXPECT_THAT(lines(headgate->get("x.test", "/")), IsEmpty());
  answer_with("HTTP/1.1 200 OK\r\nStrict-Transport-Security: max-age=2\r\nContent-Length: 0\r\n\r\n");
  EXPECT_THAT(lines(headgate->get("x.test", "/")), ElementsAre("max-age=2")) << "the pod's own business";
}

TEST_F(Hsts, AnUpgradeHasItToo) {
  pod.set_handler(upgrade_echo());
  start();
  TlsClient one = client(tls());
  const HttpResponse response = one.exchange(make_request(
      "GET", "x.test", "/",
      "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: "
      "dGhlIHNhbXBsZSBub25jZQ==\r\n"));
  EXPECT_EQ(response.status, 101);
  EXPECT_THAT(lines(response), ElementsAre(kDefault));
}

TEST_F(Hsts, FollowsTheConfigMapLiveOnOpenConnections) {
  start({{"hsts-max-age", "60"}, {"hsts-include-subdomains", "false"}, {"hsts-preload", "true"}});
  TlsClient one = client(tls());
  const auto now = [&one] { return lines(one.exchange(make_request("GET", "x.test", "/"))); };
  EXPECT_THAT(now(), ElementsAre("max-age=60; preload"));
  folder.write("web.yaml", tls_ingress("web", "x.test", "web", "web-tls") + service_of("web", pod) +
                               config_map("headgate", {{"hsts", "false"}}));
  ASSERT_TRUE(eventually([&] { return now().empty(); }));
  answer_with("HTTP/1.1 200 OK\r\nStrict-Transport-Security: max-age=2\r\nContent-Length: 0\r\n\r\n");
  EXPECT_THAT(now(), ElementsAre("max-age=2"));
}

}  // namespace
}  // namespace headgate::test_support
