// Canaries: which requests they get, from annotations alone, and how logs and metrics tell of them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "integration/one_pod.h"
#include "support/deadline.h"
#include "support/temp_dir.h"

namespace headgate::test_support {
namespace {

using ::testing::HasSubstr;

class Canary : public ::testing::Test {
 protected:
  void add(const std::string& name, const std::string& service, const FieldList& annotations = {},
           const std::string& host = "x.test", const std::string& path = "/") {
    text += ingress({name, "", "", {{host, {{path, "Prefix", service}}}}, {}, annotations});
  }
  // A canary of the path "/" of x.test.
  void add_canary(FieldList annotations, const std::string& service = "next",
                  const std::string& name = "z-next") {
    annotations.push_back({"canary", "true"});
    add(name, service, annotations);
  }
  void start(const FieldList& settings = {}) {
    HeadgateOptions options;
    options.flags = {"--configmap=default/headgate"};
    options.access_log = (log.path() / "access.log").string();
    folder.write("all.yaml", text + service_of("web", web) + service_of("next", next) +
                                 service_of("third", third) + service_at("empty", {}) +
                                 config_map("headgate", settings));
    headgate = std::make_unique<HeadgateProcess>(folder, options);
  }
  // The name of the pod that answers, or the status.
  [[nodiscard]] std::string ask(const std::string& fields = "", const std::string& host = "x.test",
                                const std::string& path = "/") const {
    const HttpResponse response = headgate->get(host, path, fields);
    if (response.status != 200) return std::to_string(response.status);
    for (const EchoBackend* pod : {&web, &next, &third})
      if (response.body.find("pod=" + pod->name() + "\n") != std::string::npos) return pod->name();
    return response.body;
  }
  // Of `count` requests, how many the canary gets.
  [[nodiscard]] int share(int count, const std::string& fields = "", const std::string& pod = "next") const {
    int met = 0;
    for (int i = 0; i < count; ++i)
      if (ask(fields) == pod) ++met;
    return met;
  }

  TempDir log;
  ManifestFolder folder;
  EchoBackend web{"web"}, next{"next"}, third{"third"};
  std::string text;
  std::unique_ptr<HeadgateProcess> headgate;
};

TEST_F(Canary, GetsNothingWithoutARule) {
  add("a-web", "web");
  add_canary({});
  start();
  EXPECT_EQ(share(20), 0);
}

TEST_F(Canary, WeightsAreShares) {
  add("a-web", "web");
  add_canary({{"canary-weight", "50"}});
  start();
  // 400 draws with p = 1/2: outside of 120 to 280 once in 10^15.
  const int met = share(400);
  EXPECT_GT(met, 120);
  EXPECT_LT(met, 280);
}

TEST_F(Canary, AWholeWeightIsEveryRequest) {
  add("a-web", "web");
  add_canary({{"canary-weight", "1000"}, {"canary-weight-total", "1000"}});
  start();
  EXPECT_EQ(share(50), 50);
}

TEST_F(Canary, ABadWeightIsNone) {
  add("a-web", "web");
  add_canary({{"canary-weight", "-1"}});
  start();
  EXPECT_EQ(share(20), 0);
}

TEST_F(Canary, HeaderThenCookieThenWeight) {
  add("a-web", "web");
  add_canary({{"canary-by-header", "X-Canary"}, {"canary-by-cookie", "canary"}, {"canary-weight", "100"}});
  start();
  EXPECT_EQ(ask(), "next");
  EXPECT_EQ(ask("X-Canary: never\r\n"), "web");
  EXPECT_EQ(ask("X-Canary: never\r\nCookie: canary=always\r\n"), "web");
  EXPECT_EQ(ask("Cookie: canary=never\r\n"), "web");
  EXPECT_EQ(ask("X-Canary: other\r\nCookie: canary=never\r\n"), "web");
  EXPECT_EQ(ask("X-Canary: always\r\nCookie: canary=never\r\n"), "next");
}

TEST_F(Canary, AHeaderValueTakesTheForceOfAlwaysAndNever) {
  add("a-web", "web");
  add_canary({{"canary-by-header", "X-Canary"}, {"canary-by-header-value", "DoCanary"}});
  start();
  EXPECT_EQ(ask("X-Canary: DoCanary\r\n"), "next");
  EXPECT_EQ(ask("X-Canary: always\r\n"), "web");
}

TEST_F(Canary, AHeaderPatternIsSearchedFor) {
  add("a-web", "web");
  add_canary({{"canary-by-header", "X-User"}, {"canary-by-header-pattern", "^(?!admin)[a-f]"}});
  start();
  EXPECT_EQ(ask("X-User: bob\r\n"), "next");
  EXPECT_EQ(ask("X-User: admin\r\n"), "web");
  EXPECT_EQ(ask("X-User: zoe\r\n"), "web");
}

TEST_F(Canary, ABadPatternLeavesAlwaysAndNever) {
  add("a-web", "web");
  add_canary({{"canary-by-header", "X-User"}, {"canary-by-header-pattern", "(["}});
  start();
  EXPECT_EQ(ask("X-User: ([\r\n"), "web");
  EXPECT_EQ(ask("X-User: always\r\n"), "next");
}

TEST_F(Canary, OfAPathCountsForThatPathOfThatHostAlone) {
  add("a-web", "web");
  add("b-web", "web", {}, "y.test");
  add("c-web", "web", {}, "x.test", "/other");
  add_canary({{"canary-by-header", "X-Canary"}});
  start();
  EXPECT_EQ(ask("X-Canary: always\r\n"), "next");
  EXPECT_EQ(ask("X-Canary: always\r\n", "y.test"), "web");
  EXPECT_EQ(ask("X-Canary: always\r\n", "x.test", "/other"), "web");
}

TEST_F(Canary, WithoutAPrimaryThereIsNoRoute) {
  add_canary({{"canary-weight", "100"}});
  start();
  EXPECT_EQ(ask(), "404");
  EXPECT_THAT(headgate->admin("/debug/findings").body, HasSubstr("gets nothing as a canary"));
}

TEST_F(Canary, OfTheSameServiceGetsNothing) {
  add("a-web", "web");
  add_canary({{"canary-weight", "100"}}, "web");
  start();
  EXPECT_EQ(ask(), "web");
  EXPECT_THAT(headgate->admin("/debug/findings").body, HasSubstr("to the same Service"));
}

TEST_F(Canary, WithoutEndpointsLeavesItsRequestsToThePrimary) {
  add("a-web", "web");
  add_canary({{"canary-weight", "100"}, {"canary-by-header", "X-Canary"}}, "empty");
  start();
  EXPECT_EQ(ask(), "web");
  EXPECT_EQ(ask("X-Canary: always\r\n"), "web");
}

TEST_F(Canary, WithoutEndpointsOfThePrimaryEveryAnswerIs503) {
  add("a-web", "empty");
  add_canary({{"canary-weight", "100"}, {"canary-by-header", "X-Canary"}});
  start();
  EXPECT_EQ(ask(), "503");
  EXPECT_EQ(ask("X-Canary: always\r\n"), "503");
}

TEST_F(Canary, SeveralOfOnePathHaveTheirShares) {
  add("a-web", "web");
  add_canary({{"canary-by-header", "X-Next"}, {"canary-weight", "40"}});
  add_canary({{"canary-by-header", "X-Third"}, {"canary-weight", "60"}}, "third", "y-third");
  start();
  EXPECT_EQ(ask("X-Next: always\r\n"), "next");
  EXPECT_EQ(ask("X-Third: always\r\n"), "third");
  EXPECT_EQ(share(50, "", "web"), 0);
  EXPECT_GT(share(100, "", "next"), 5);
  EXPECT_GT(share(100, "", "third"), 5);
  // "never" for one leaves the other its own share.
  EXPECT_EQ(share(30, "X-Next: never\r\n", "next"), 0);
  EXPECT_GT(share(100, "X-Next: never\r\n", "third"), 5);
}

TEST_F(Canary, EverythingElseIsOfThePrimary) {
  add("a-web", "web", {{"proxy-body-size", "1"}});
  add_canary({{"canary-weight", "100"}, {"proxy-body-size", "100"}});
  start();
  RawClient client(headgate->http_port());
  EXPECT_EQ(client.exchange("POST / HTTP/1.1\r\nHost: x.test\r\nContent-Length: 2\r\n\r\nxx", "POST").status,
            413);
}

TEST_F(Canary, OfAnotherNamespaceTakesNoRequests) {
  add("a-web", "web");
  std::string other = ingress({"z-next",
                               "",
                               "",
                               {{"x.test", {{"/", "Prefix", "next"}}}},
                               {},
                               {{"canary", "true"}, {"canary-weight", "100"}}});
  const std::string usual = "namespace: default";
  other.replace(other.find(usual), usual.size(), "namespace: other");
  text += other;
  start();
  EXPECT_EQ(share(10), 0);
  EXPECT_THAT(headgate->admin("/debug/findings").body, HasSubstr("of another namespace"));
}

TEST_F(Canary, ComesAndGoesWithItsAnnotation) {
  add("a-web", "web");
  const std::string primary = text;
  add_canary({{"canary-weight", "100"}});
  start();
  EXPECT_EQ(ask(), "next");
  const std::string services = service_of("web", web) + service_of("next", next) + config_map("headgate", {});
  folder.write("all.yaml", primary + services);
  EXPECT_TRUE(headgate->wait_for("x.test", "/", 200, "web"));
  folder.write("all.yaml", text + services);
  EXPECT_TRUE(headgate->wait_for("x.test", "/", 200, "next"));
}

TEST_F(Canary, IsNamedInLogsAndMetrics) {
  add("a-web", "web");
  add_canary({{"canary-by-header", "X-Canary"}});
  start();
  EXPECT_EQ(ask("X-Canary: always\r\n"), "next");
  EXPECT_EQ(ask(), "web");
  EXPECT_TRUE(eventually([&] {  // counted once the answer is on its way
    const std::string page = headgate->admin("/metrics").body;
    return page.find("canary=\"default-next-80\"") != std::string::npos &&
           page.find("canary=\"\"") != std::string::npos;
  }));
  headgate.reset();
  std::ifstream in((log.path() / "access.log").string());
  const std::string lines{std::istreambuf_iterator<char>(in), {}};
  EXPECT_THAT(lines, HasSubstr("[default-web-80] [default-next-80] "));
  EXPECT_THAT(lines, HasSubstr("[default-web-80] [] "));
}

}  // namespace
}  // namespace headgate::test_support
