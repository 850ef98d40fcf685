// What a proxy before us says about the client: believed of whom proxy-real-ip-cidr names, by the keys that
// say so.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "integration/annotated_pod.h"

namespace headgate::test_support {
namespace {

constexpr std::string_view kSaid =
    "X-Forwarded-For: 6.6.6.6, 192.0.2.1\r\nX-Forwarded-Host: shop.test:8443, y.test\r\n"
    "X-Forwarded-Proto: https\r\nX-Forwarded-Port: 8443\r\n";

class Forwarded : public AnnotatedPod {
 protected:
  void begin(FieldList settings, const FieldList& annotations = {}) {
    start_annotated(annotations, settings);
    pod.forget_requests();
  }
  HttpRequest seen(std::string_view fields = kSaid) {
    pod.forget_requests();
    EXPECT_EQ(ask_y(fields).status, 200);
    EXPECT_TRUE(pod.wait_for_requests(1));
    return pod.last_request();
  }
};

TEST_F(Forwarded, IsBelievedOfNobodyByDefault) {
  begin({});
  const HttpRequest request = seen();
  EXPECT_EQ(request.field("X-Forwarded-For"), "127.0.0.1");
  EXPECT_EQ(request.field("X-Forwarded-Proto"), "http");
  EXPECT_EQ(request.field("X-Forwarded-Host"), "y.test");
  EXPECT_EQ(request.field("Host"), "y.test");
}

TEST_F(Forwarded, AllFieldsOfATrustedProxyCount) {
  begin({{"use-forwarded-headers", "true"}, {"proxy-real-ip-cidr", "127.0.0.0/8"}});
  const HttpRequest request = seen();
  EXPECT_EQ(request.field("X-Forwarded-For"), "192.0.2.1") << "the last one that is not trusted";
  EXPECT_EQ(request.field("X-Real-IP"), "192.0.2.1");
  EXPECT_EQ(request.field("X-Original-Forwarded-For"), "6.6.6.6, 192.0.2.1");
  EXPECT_EQ(request.field("X-Forwarded-Proto"), "https");
  EXPECT_EQ(request.field("X-Forwarded-Scheme"), "https");
  EXPECT_EQ(request.field("X-Scheme"), "https");
  EXPECT_EQ(request.field("X-Forwarded-Port"), "8443");
  EXPECT_EQ(request.field("X-Forwarded-Host"), "shop.test:8443");
  EXPECT_EQ(request.field("Host"), "shop.test:8443");
  for (const char* name : {"X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Port"})
    EXPECT_EQ(request.count(name), 1U) << name;
}

TEST_F(Forwarded, NoFieldOfAStrangerCounts) {
  begin({{"use-forwarded-headers", "true"}, {"proxy-real-ip-cidr", "10.0.0.0/8"}});
  const HttpRequest request = seen();
  EXPECT_EQ(request.field("X-Forwarded-For"), "127.0.0.1");
  EXPECT_EQ(request.field("X-Forwarded-Proto"), "http");
  EXPECT_EQ(request.field("Host"), "y.test");
}

TEST_F(Forwarded, WithoutNamesEverybodyIsTrustedAndThatIsTold) {
  begin({{"use-forwarded-headers", "true"}});
  EXPECT_EQ(seen().field("X-Forwarded-For"), "6.6.6.6");
  EXPECT_TRUE(wait_for_finding("believes every client"));
}

TEST_F(Forwarded, RealIpIsTheAddressAlone) {
  begin({{"enable-real-ip", "true"}, {"proxy-real-ip-cidr", "127.0.0.1"}});
  const HttpRequest request = seen();
  EXPECT_EQ(request.field("X-Forwarded-For"), "192.0.2.1");
  EXPECT_EQ(request.field("X-Forwarded-Proto"), "http");
  EXPECT_EQ(request.field("Host"), "y.test");
}

TEST_F(Forwarded, OtherFieldsMayCarryAddressAndHost) {
  begin({{"use-forwarded-headers", "true"},
         {"proxy-real-ip-cidr", "127.0.0.1"},
         {"forwarded-for-header", "CF-Connecting-IP"},
         {"forwarded-host-header", "X-Host"}});
  const HttpRequest request =
      seen("CF-Connecting-IP: 2001:db8::7\r\nX-Forwarded-For: 6.6.6.6\r\nX-Host: shop.test\r\n");
  EXPECT_EQ(request.field("X-Real-IP"), "2001:db8::7");
  EXPECT_EQ(request.field("Host"), "shop.test");
  EXPECT_EQ(request.field("X-Original-Forwarded-For"), "2001:db8::7") << "what that field said";
  EXPECT_FALSE(seen("X-Forwarded-For: 6.6.6.6\r\n").has("X-Original-Forwarded-For"));
}

TEST_F(Forwarded, TheFieldThatIsNamedIsPassedOnWhoeverIsBelieved) {
  begin({{"forwarded-for-header", "X-Client"}});
  const HttpRequest request = seen("x-client: 6.6.6.6\r\nX-Original-Forwarded-For: 7.7.7.7\r\n");
  EXPECT_EQ(request.field("X-Real-IP"), "127.0.0.1");
  EXPECT_EQ(request.field("X-Original-Forwarded-For"), "6.6.6.6");
  EXPECT_EQ(request.count("X-Original-Forwarded-For"), 1u);
}

TEST_F(Forwarded, TheChainMayBeKept) {
  begin({{"compute-full-forwarded-for", "true"}});
  EXPECT_EQ(seen().field("X-Forwarded-For"), "6.6.6.6, 192.0.2.1, 127.0.0.1");
  EXPECT_EQ(seen().field("X-Real-IP"), "127.0.0.1");
  EXPECT_EQ(seen("").field("X-Forwarded-For"), "127.0.0.1");
}

TEST_F(Forwarded, ListsLimitsAndRedirectsGoByWhatIsBelieved) {
  begin({{"use-forwarded-headers", "true"}, {"proxy-real-ip-cidr", "127.0.0.1"}},
        {{"denylist-source-range", "192.0.2.1"}, {"force-ssl-redirect", "true"}});
  EXPECT_EQ(ask_y("X-Forwarded-Proto: https\r\n").status, 200);
  EXPECT_EQ(ask_y().field("Location"), "https://y.test");
  EXPECT_EQ(ask_y(kSaid).status, 403);
  EXPECT_EQ(ask_y("X-Forwarded-Host: evil.test\r\n").field("Location"), "https://y.test")
      << "redirects lead to the host that was asked here";
}

TEST_F(Forwarded, TheAccessLogNamesTheClient) {
  HeadgateOptions options;
  options.access_log = (folder.path().parent_path() / "access.log").string();
  options.flags = {"--configmap=default/headgate"};
  start(options, config_map("headgate", {{"enable-real-ip", "true"}, {"proxy-real-ip-cidr", "127.0.0.1"}}));
  EXPECT_EQ(ask(make_request("GET", "x.test", "/", kSaid)).status, 200);
  EXPECT_TRUE(eventually([&] {
    std::ifstream file(options.access_log);
    const std::string log{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    return log.starts_with("192.0.2.1 - - [");
  }));
}

}  // namespace
}  // namespace headgate::test_support
