// auth-type: basic, and satisfy: who may ask, by name and password.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <thread>
#include <vector>

#include "integration/annotated_pod.h"
#include "support/deadline.h"
#include "support/h2_client.h"
#include "support/metrics.h"

namespace headgate::test_support {
namespace {

using ::testing::HasSubstr;

// ann: "secret", by bcrypt; bob: "secret", by apr1.
constexpr std::string_view kUsers =
    "ann:$2y$05$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a\\n"
    "bob:$apr1$r31abcde$SZEN.U5sWGGNcv9YsUrqI.\\n";
constexpr std::string_view kAnn = "Authorization: Basic YW5uOnNlY3JldA==\r\n";       // ann:secret
constexpr std::string_view kBob = "Authorization: Basic Ym9iOnNlY3JldA==\r\n";       // bob:secret
constexpr std::string_view kWrong = "Authorization: Basic YW5uOlNlY3JldA==\r\n";     // ann:Secret
constexpr std::string_view kStranger = "Authorization: Basic ZXZlOnNlY3JldA==\r\n";  // eve:secret

// `text`: as YAML has it between double quotes.
std::string secret(std::string_view name, std::string_view key, std::string_view text,
                   std::string_view in = "default") {
  return "---\napiVersion: v1\nkind: Secret\nmetadata: {name: " + std::string(name) +
         ", namespace: " + std::string(in) + "}\nstringData: {\"" + std::string(key) + "\": \"" +
         std::string(text) + "\"}\n";
}

class Passwords : public AnnotatedPod {
 protected:
  static FieldList annotations(FieldList more = {}) {
    more.insert(more.begin(),
                {{"auth-type", "basic"}, {"auth-secret", "users"}, {"auth-realm", "the office"}});
    return more;
  }
  void begin(const FieldList& more = {}, const FieldList& settings = {}, unsigned workers = 1) {
    folder.write("secret.yaml", secret("users", "auth", kUsers));
    start_annotated(annotations(more), settings, "", workers);
  }
  [[nodiscard]] int status(std::string_view fields = "") const { return ask_y(fields).status; }
};

TEST_F(Passwords, WithoutCredentialsOrWithBadOnesItIs401) {
  begin();
  for (const std::string_view fields :
       {std::string_view(), kWrong, kStranger, std::string_view("Authorization: Bearer x\r\n"),
        std::string_view("Authorization: Basic !\r\n")}) {
    const HttpResponse response = ask_y(fields);
    EXPECT_EQ(response.status, 401) << fields;
    EXPECT_EQ(response.start_line, "HTTP/1.1 401 Authorization Required");
    EXPECT_EQ(response.field("WWW-Authenticate"), "Basic realm=\"the office\"") << fields;
    EXPECT_THAT(response.body, HasSubstr("<h1>401 Authorization Required</h1>"));
  }
  EXPECT_EQ(pod.request_count(), 0U);
  EXPECT_TRUE(eventually([&] {
    return metric(headgate->admin("/metrics").body, "headgate_http_rejected_total",
                  "reason=\"basic_auth\"") == 5;
  }));
}

TEST_F(Passwords, TheRightOneIsLetInAndKeptFromThePod) {
  begin();
  EXPECT_EQ(status(kAnn), 200);
  EXPECT_FALSE(pod.last_request().has("Authorization"));
  EXPECT_EQ(status(kBob), 200);
  EXPECT_EQ(status(kAnn), 200) << "from the cache";
  EXPECT_EQ(status(kWrong), 401) << "which holds right ones only";
}

TEST_F(Passwords, TheConnectionGoesOnAfterEveryAnswer) {
  begin();
  RawClient one = client();
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(one.exchange(make_request("GET", "y.test", "/", kWrong)).status, 401);
    EXPECT_EQ(one.exchange(make_request("GET", "y.test", "/a", kAnn)).status, 200);
  }
}

TEST_F(Passwords, ABodyWaitsForThePassword) {
  begin();
  pod.set_handler([](BackendExchange& exchange) {
    exchange.read_body();
    exchange.respond(200, std::to_string(exchange.request().body.size()));
  });
  const std::string body(200'000, 'b');
  const std::string length = "Content-Length: 200000\r\n";
  RawClient one = client();
  const HttpResponse response =
      one.exchange(make_request("POST", "y.test", "/up", std::string(kAnn) + length, body), "POST");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "200000");
  const HttpResponse refused =
      ask(make_request("POST", "y.test", "/up", std::string(kWrong) + length, body), "POST");
  EXPECT_EQ(refused.status, 401);
}

TEST_F(Passwords, ManyClientsAtOnceEachGetTheirOwnAnswer) {
  begin({}, {}, 2);
  std::vector<std::thread> clients;
  std::atomic<int> wrong{0};
  for (int i = 0; i < 8; ++i)
    clients.emplace_back([&, i] {
      for (int round = 0; round < 10; ++round) {
        const bool good = (i + round) % 2 == 0;
        if (status(good ? kAnn : kWrong) != (good ? 200 : 401)) ++wrong;
      }
    });
  for (std::thread& each : clients) each.join();
  EXPECT_EQ(wrong, 0);
}

TEST_F(Passwords, ClientsThatLeaveWhileTheirPasswordIsHashedHarmNobody) {
  begin();
  for (int i = 0; i < 30; ++i) {
    RawClient one = client();
    one.send(make_request("GET", "y.test", "/", kWrong));
    one.reset();
  }
  EXPECT_TRUE(eventually([&] { return status(kAnn) == 200; }));
}

// Each of the crowd's questions takes a thread a quarter of a second, and they are more than it may have
// waiting.
TEST_F(Passwords, ANamespaceThatAsksTooMuchIsInTheWayOfNoOther) {
  constexpr int kIngresses = 5;
  constexpr int kOfEach = 70;
  const auto in_crowd = [](std::string text) {
    constexpr std::string_view kDefault = "namespace: default";
    for (std::size_t at = 0; (at = text.find(kDefault, at)) != std::string::npos;)
      text.replace(at, kDefault.size(), "namespace: crowd");
    return text;
  };
  std::string crowd = secret("users", "auth",
                             "ann:$2y$12$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a\\n", "crowd") +
                      service_of("web", pod);
  for (int i = 0; i < kIngresses; ++i) {
    IngressSpec spec;
    spec.name = "crowd-" + std::to_string(i);
    spec.rules = {{spec.name + ".test", {{"/", "Prefix", "web", "80"}}}};
    spec.annotations = {{"auth-type", "basic"}, {"auth-secret", "users"}};
    crowd += ingress(spec);
  }
  folder.write("crowd.yaml", in_crowd(crowd));
  begin();
  std::vector<RawClient> clients;
  for (int i = 0; i < kIngresses; ++i) {
    const std::string host = "crowd-" + std::to_string(i) + ".test";
    ASSERT_TRUE(headgate->wait_for(host, "/", 401));
    for (int j = 0; j < kOfEach; ++j) {
      clients.push_back(client());
      clients.back().send(make_request("GET", host, "/", kWrong));
    }
  }
  const auto rejected = [this] {
    return metric(headgate->admin("/metrics").body, "headgate_http_rejected_total", "reason=\"basic_auth\"");
  };
  const double asked = kIngresses * kOfEach;
  constexpr double kFull = 64;  // so many had no place
  ASSERT_TRUE(eventually([&] { return rejected() > kFull; }));
  EXPECT_EQ(status(kAnn), 200) << "its own namespace has room, and its turn comes";
  EXPECT_LT(rejected(), asked) << "before the crowd was done";
  for (RawClient& each : clients) each.reset();
}

TEST_F(Passwords, OverHttp2Too) {
  begin();
  RawClient connection(headgate->http_port());
  H2Client h2(connection);
  EXPECT_EQ(h2.get("y.test", "/").status, 401);
}

TEST_F(Passwords, ChangesOfTheSecretAreLive) {
  begin();
  EXPECT_EQ(status(kAnn), 200);
  folder.write("secret.yaml", secret("users", "auth", "ann:{PLAIN}other\\n"));
  ASSERT_TRUE(eventually([&] { return status(kAnn) == 401; })) << "the cache must not know it any more";
  folder.write("secret.yaml", secret("users", "auth", kUsers));
  ASSERT_TRUE(eventually([&] { return status(kAnn) == 200; }));
  folder.remove("secret.yaml");
  ASSERT_TRUE(eventually([&] { return status(kAnn) == 503; }));
  EXPECT_TRUE(wait_for_finding("Secret default/users does not exist"));
}

TEST_F(Passwords, WhatCannotBeSetUpIsClosed) {
  folder.write("secrets.yaml", secret("users", "auth", kUsers, "elsewhere") + secret("empty", "other", "x"));
  start_annotated({{"auth-type", "basic"}, {"auth-secret", "absent"}});
  EXPECT_EQ(status(kAnn), 503);
  annotate({{"auth-type", "basic"}, {"auth-secret", "elsewhere/users"}});
  EXPECT_TRUE(wait_for_finding("of another namespace"));
  EXPECT_EQ(status(kAnn), 503);
  annotate({{"auth-type", "basic"}, {"auth-secret", "empty"}});
  EXPECT_TRUE(wait_for_finding("has no key 'auth'"));
  EXPECT_EQ(status(kAnn), 503);
  annotate({{"auth-type", "basic"}});
  EXPECT_TRUE(wait_for_finding("needs auth-secret"));
  EXPECT_EQ(status(kAnn), 503);
  annotate({{"auth-type", "digest"}});
  EXPECT_TRUE(wait_for_finding("needs auth-secret"));
  EXPECT_EQ(status(kAnn), 503);
  annotate({{"auth-type", "kerberos"}});
  EXPECT_TRUE(wait_for_finding("'kerberos'"));
  EXPECT_EQ(status(kAnn), 503) << "the version before";
}

TEST_F(Passwords, AHashThatCostsTooMuchLetsNobodyIn) {
  folder.write("secret.yaml", secret("users", "auth",
                                     "ann:$2y$13$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a\\n"
                                     "bob:$apr1$r31abcde$SZEN.U5sWGGNcv9YsUrqI.\\n"));
  start_annotated(annotations());
  EXPECT_EQ(status(kAnn), 401);
  EXPECT_EQ(status(kBob), 200);
  EXPECT_TRUE(wait_for_finding("Secret default/users: line 1 has a cost above 12; it lets nobody in"));
}

TEST_F(Passwords, SecretsOfOtherNamespacesWhereTheConfigMapAllowsThem) {
  folder.write("secrets.yaml", secret("users", "auth", kUsers, "elsewhere"));
  start_annotated({{"auth-type", "basic"}, {"auth-secret", "elsewhere/users"}},
                  {{"allow-cross-namespace-resources", "true"}});
  EXPECT_EQ(status(kAnn), 200);
  EXPECT_EQ(ask_y().field("WWW-Authenticate"), "Basic realm=\"\"");
}

TEST_F(Passwords, AMapHasOneKeyForEachUser) {
  folder.write("secret.yaml", secret("users", "ann", "$apr1$r31abcde$SZEN.U5sWGGNcv9YsUrqI.\\n"));
  start_annotated(annotations({{"auth-secret-type", "auth-map"}}));
  EXPECT_EQ(status(kAnn), 200);
  EXPECT_EQ(status(kBob), 401);
}

TEST_F(Passwords, ASecretAloneProtectsNothingAndThatIsTold) {
  folder.write("secret.yaml", secret("users", "auth", kUsers));
  start_annotated({{"auth-secret", "users"}});
  EXPECT_EQ(status(), 200);
  EXPECT_TRUE(wait_for_finding("WITHOUT this protection"));
}

TEST_F(Passwords, ComeAfterTheListsTheLimitsAndTheRedirect) {
  begin({{"denylist-source-range", "127.0.0.1"}});
  EXPECT_EQ(status(kAnn), 403);
  annotate(annotations({{"force-ssl-redirect", "true"}}));
  EXPECT_TRUE(headgate->wait_for("y.test", "/", 308));
  annotate(annotations({{"limit-rpm", "1"}, {"limit-burst-multiplier", "0"}, {"enable-cors", "true"}}));
  ASSERT_TRUE(eventually([&] { return ask_y().has("Access-Control-Allow-Origin"); }));
  EXPECT_EQ(status(kAnn), 503) << "the limit counts before the password";
  EXPECT_EQ(ask_y("", "OPTIONS").status, 204) << "the preflight asks for none";
}

TEST_F(Passwords, SatisfyAnyIsTheListOrThePassword) {
  begin({{"allowlist-source-range", "192.0.2.1"}, {"satisfy", "any"}});
  EXPECT_EQ(status(kAnn), 200) << "not in the list, but known";
  const HttpResponse neither = ask_y();
  EXPECT_EQ(neither.status, 401) << "rather than 403";
  EXPECT_EQ(neither.field("WWW-Authenticate"), "Basic realm=\"the office\"");
  EXPECT_EQ(status(kWrong), 401);
  annotate(annotations({{"allowlist-source-range", "127.0.0.1"}, {"satisfy", "any"}}));
  EXPECT_TRUE(headgate->wait_for("y.test", "/", 200)) << "in the list";
  annotate(annotations(
      {{"allowlist-source-range", "127.0.0.1"}, {"denylist-source-range", "127.0.0.1"}, {"satisfy", "any"}}));
  EXPECT_TRUE(headgate->wait_for("y.test", "/", 403));
  EXPECT_EQ(status(kAnn), 403) << "the deny list counts in any case";
}

TEST_F(Passwords, SatisfyAllIsBoth) {
  begin({{"allowlist-source-range", "192.0.2.1"}, {"satisfy", "all"}});
  EXPECT_EQ(status(kAnn), 403);
  annotate(annotations({{"allowlist-source-range", "127.0.0.1"}, {"satisfy", "some"}}));
  EXPECT_TRUE(headgate->wait_for("y.test", "/", 401)) << "a bad value is `all`";
  EXPECT_EQ(status(kAnn), 200);
}

}  // namespace
}  // namespace headgate::test_support
