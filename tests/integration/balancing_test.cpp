// Which pod gets a request, from annotations alone: affinity by cookie, hashes, latencies.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "integration/one_pod.h"

namespace headgate::test_support {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class BalancingAnnotations : public ::testing::Test {
 protected:
  void add(const std::string& host, const FieldList& annotations, const std::string& path = "/",
           const std::string& service = "web") {
    text += ingress(
        {"i" + std::to_string(count_++), "", "", {{host, {{path, "Prefix", service}}}}, {}, annotations});
  }
  void start(const FieldList& settings = {}) {
    for (const EchoBackend* pod : {&a, &b, &c}) pods.push_back({pod->address(), pod->port()});
    write(settings);
    HeadgateOptions options;
    options.flags = {"--configmap=default/headgate"};
    headgate = std::make_unique<HeadgateProcess>(folder, options);
  }
  void write(const FieldList& settings = {}) {
    folder.write("all.yaml", text + service_at("web", pods) + service_of("next", next) +
                                 config_map("headgate", settings));
  }
  [[nodiscard]] HttpResponse get(const std::string& fields = "", const std::string& host = "x.test",
                                 const std::string& path = "/") const {
    return headgate->get(host, path, fields);
  }
  static std::string pod_of(const HttpResponse& response) {
    const std::size_t at = response.body.find("pod=");
    if (at == std::string::npos) return std::to_string(response.status);
    return response.body.substr(at + 4, response.body.find('\n', at) - at - 4);
  }
  // "NAME=VALUE" of the answer's Set-Cookie, as a field of the next request.
  static std::string cookie_of(const HttpResponse& response) {
    const std::string value = response.field("Set-Cookie").value_or("");
    return "Cookie: " + value.substr(0, value.find(';')) + "\r\n";
  }
  // The pods that answer `count` requests.
  [[nodiscard]] std::map<std::string, int> spread(int count, const std::string& fields = "",
                                                  const std::string& host = "x.test") const {
    std::map<std::string, int> met;
    for (int i = 0; i < count; ++i) ++met[pod_of(get(fields, host))];
    return met;
  }

  Gate gate;
  ManifestFolder folder;
  EchoBackend a{"a"}, b{"b"}, c{"c"}, next{"next"};
  std::vector<PodAddress> pods;
  PortReservation refusing;  // nobody listens there
  std::string text;
  std::unique_ptr<HeadgateProcess> headgate;

 private:
  int count_ = 0;
};

TEST_F(BalancingAnnotations, AClientStaysWithItsPodByCookie) {
  add("x.test", {{"affinity", "cookie"}});
  start();
  std::set<std::string> pods_met;
  for (int i = 0; i < 12; ++i) {
    const HttpResponse first = get();
    ASSERT_THAT(first.field("Set-Cookie").value_or(""), StartsWith("INGRESSCOOKIE="));
    EXPECT_THAT(first.field("Set-Cookie").value_or(""), HasSubstr("; Path=/; HttpOnly"));
    const std::string pod = pod_of(first);
    pods_met.insert(pod);
    for (int j = 0; j < 4; ++j) {
      const HttpResponse again = get(cookie_of(first));
      EXPECT_EQ(pod_of(again), pod);
      EXPECT_FALSE(again.has("Set-Cookie"));
    }
  }
  EXPECT_GT(pods_met.size(), 1U);  // each of 12 alike: once in 3^11
}

TEST_F(BalancingAnnotations, WithoutAffinityThereIsNoCookie) {
  add("x.test", {{"session-cookie-name", "route"}});
  add("y.test", {{"affinity", "ip"}});
  start();
  EXPECT_FALSE(get().has("Set-Cookie"));
  EXPECT_FALSE(get("", "y.test").has("Set-Cookie"));
  EXPECT_EQ(spread(30), (std::map<std::string, int>{{"a", 10}, {"b", 10}, {"c", 10}}));
}

TEST_F(BalancingAnnotations, TheCookieHasTheAttributesAskedFor) {
  add("x.test", {{"affinity", "cookie"},
                 {"session-cookie-name", "route"},
                 {"session-cookie-path", "/all"},
                 {"session-cookie-domain", "x.test"},
                 {"session-cookie-expires", "172800"},
                 {"session-cookie-max-age", "259200"},
                 {"session-cookie-secure", "true"},
                 {"session-cookie-samesite", "Strict"}});
  start();
  const std::string cookie = get().field("Set-Cookie").value_or("");
  EXPECT_THAT(cookie, StartsWith("route="));
  for (const char* part : {"; Expires=", " GMT;", "; Max-Age=259200", "; Domain=x.test", "; Path=/all",
                           "; Secure", "; HttpOnly", "; SameSite=Strict"})
    EXPECT_THAT(cookie, HasSubstr(part));
}

TEST_F(BalancingAnnotations, BadAttributesAreLeftOut) {
  add("x.test", {{"affinity", "cookie"},
                 {"session-cookie-name", "a;b"},
                 {"session-cookie-path", "/a; Domain=evil.test"},
                 {"session-cookie-expires", "soon"},
                 {"session-cookie-samesite", "Maybe"}});
  start();
  EXPECT_THAT(get().field("Set-Cookie").value_or(""),
              ::testing::MatchesRegex("INGRESSCOOKIE=[0-9a-f|]+; Path=/; HttpOnly"));
}

TEST_F(BalancingAnnotations, WhateverACookieSaysLeadsToAPodOfTheService) {
  add("x.test", {{"affinity", "cookie"}});
  add("p.test", {{"affinity", "cookie"}, {"affinity-mode", "persistent"}});
  start();
  const std::string address = "127.0.0.1:" + std::to_string(next.port());
  for (const std::string& value :
       {std::string("junk"), address, std::string("|"), address + "|x", std::string(4000, 'k')}) {
    for (const char* host : {"x.test", "p.test"}) {
      const std::string pod = pod_of(get("Cookie: INGRESSCOOKIE=" + value + "\r\n", host));
      EXPECT_THAT(pod, ::testing::AnyOf("a", "b", "c")) << host << " " << value;
    }
  }
  EXPECT_TRUE(get("Cookie: INGRESSCOOKIE=junk\r\n", "p.test").has("Set-Cookie"));
}

TEST_F(BalancingAnnotations, APersistentSessionOutlivesOtherPods) {
  add("x.test", {{"affinity", "cookie"}, {"affinity-mode", "persistent"}});
  start();
  const HttpResponse first = get();
  const std::string cookie = cookie_of(first);
  const std::string pod = pod_of(first);
  EXPECT_THAT(cookie, Not(HasSubstr("127.0.0.1")));
  // Only its pod is left, then only the others.
  const std::vector<PodAddress> all = pods;
  std::vector<PodAddress> own, others;
  const std::vector<const EchoBackend*> backends{&a, &b, &c};
  for (std::size_t i = 0; i < all.size(); ++i) (backends[i]->name() == pod ? own : others).push_back(all[i]);
  pods = {own[0], others[0]};
  write();
  for (int i = 0; i < 20; ++i) EXPECT_EQ(pod_of(get(cookie)), pod);
  pods = others;
  write();
  ASSERT_TRUE(eventually([&] { return pod_of(get(cookie)) != pod; }));
  const HttpResponse moved = get(cookie);
  EXPECT_TRUE(moved.has("Set-Cookie"));
  EXPECT_EQ(pod_of(get(cookie_of(moved))), pod_of(moved));
}

TEST_F(BalancingAnnotations, SessionsStayWithAFailingPodUnlessTheyAreToMove) {
  add("stay.test", {{"affinity", "cookie"}, {"proxy-next-upstream", "error http_503"}});
  add("move.test", {{"affinity", "cookie"},
                    {"proxy-next-upstream", "error http_503"},
                    {"session-cookie-change-on-failure", "true"}});
  start();
  const std::string stay = cookie_of(get("", "stay.test"));
  const std::string move = cookie_of(get("", "move.test"));
  const std::string failing = pod_of(get(move, "move.test"));
  const std::string stays_with = pod_of(get(stay, "stay.test"));
  for (EchoBackend* pod : {&a, &b, &c}) {
    if (pod->name() != failing && pod->name() != stays_with) continue;
    pod->set_handler([](BackendExchange& exchange) {
      exchange.read_body();
      exchange.send("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n");
    });
  }
  const HttpResponse stayed = get(stay, "stay.test");
  EXPECT_EQ(stayed.status, 503);
  EXPECT_FALSE(stayed.has("Set-Cookie"));
  const HttpResponse moved = get(move, "move.test");
  EXPECT_EQ(moved.status, 200);
  ASSERT_TRUE(moved.has("Set-Cookie"));
  EXPECT_EQ(pod_of(get(cookie_of(moved), "move.test")), pod_of(moved));
}

TEST_F(BalancingAnnotations, SessionsOfACanaryStayWithItUnlessLegacy) {
  add("x.test", {{"affinity", "cookie"}});
  add("x.test", {{"canary", "true"}, {"canary-by-header", "X-Canary"}}, "/", "next");
  add("y.test", {{"affinity", "cookie"}});
  add("y.test",
      {{"canary", "true"}, {"canary-by-header", "X-Canary"}, {"affinity-canary-behavior", "legacy"}}, "/",
      "next");
  start();
  const HttpResponse canary = get("X-Canary: always\r\n");
  EXPECT_EQ(pod_of(canary), "next");
  EXPECT_EQ(pod_of(get(cookie_of(canary) + "X-Canary: never\r\n")), "next");
  EXPECT_EQ(pod_of(get(cookie_of(canary))), "next");
  const HttpResponse primary = get("X-Canary: never\r\n");
  EXPECT_EQ(pod_of(get(cookie_of(primary) + "X-Canary: always\r\n")), pod_of(primary));
  const HttpResponse legacy = get("X-Canary: always\r\n", "y.test");
  EXPECT_EQ(pod_of(legacy), "next");
  EXPECT_FALSE(legacy.has("Set-Cookie"));
}

TEST_F(BalancingAnnotations, OneTextLeadsToOnePod) {
  add("x.test", {{"upstream-hash-by", "$arg_key"}});
  start();
  std::set<std::string> met;
  for (int key = 0; key < 24; ++key) {
    const std::string path = "/?key=" + std::to_string(key);
    const std::string pod = pod_of(get("", "x.test", path));
    met.insert(pod);
    for (int i = 0; i < 3; ++i) EXPECT_EQ(pod_of(get("", "x.test", path)), pod);
  }
  EXPECT_EQ(met.size(), 3U);  // 24 keys, 3 pods: one is left out once in 5000
}

TEST_F(BalancingAnnotations, AnEmptyTextIsATextToo) {
  add("x.test", {{"upstream-hash-by", "$arg_key"}});
  start();
  EXPECT_EQ(spread(10).size(), 1U);
}

TEST_F(BalancingAnnotations, TheConfigMapHashesForIngressesThatDoNot) {
  add("x.test", {});
  add("y.test", {{"upstream-hash-by", "$arg_other"}});
  add("z.test", {{"upstream-hash-by-subset", "false"}});
  start({{"upstream-hash-by", "$arg_key"},
         {"upstream-hash-by-subset", "true"},
         {"upstream-hash-by-subset-size", "2"}});
  const auto pods_of = [this](const std::string& host, const std::string& path) {
    std::set<std::string> met;
    for (int i = 0; i < 40; ++i) met.insert(pod_of(get("", host, path)));
    return met.size();
  };
  EXPECT_EQ(pods_of("x.test", "/?key=1"), 2u) << "a subset";
  EXPECT_EQ(pods_of("z.test", "/?key=1"), 1u);
  EXPECT_EQ(pods_of("y.test", "/?other=1"), 2u);
  EXPECT_THAT(headgate->admin("/debug/findings").body, Not(HasSubstr("upstream-hash")));
}

TEST_F(BalancingAnnotations, HashesOfTheConfigMapThatAreNoneAreOneFindingEach) {
  add("x.test", {});
  start({{"upstream-hash-by", "$no_such_variable"},
         {"upstream-hash-by-subset", "maybe"},
         {"upstream-hash-by-subset-size", "0"}});
  EXPECT_EQ(spread(30).size(), 3u);
  const std::string findings = headgate->admin("/debug/findings").body;
  for (const char* key :
       {"data.upstream-hash-by: ", "data.upstream-hash-by-subset: ", "data.upstream-hash-by-subset-size: "}) {
    const std::size_t at = findings.find(key);
    ASSERT_NE(at, std::string::npos) << key << findings;
    EXPECT_EQ(findings.find(key, at + 1), std::string::npos) << findings;
  }
}

TEST_F(BalancingAnnotations, ABadTextCostsTheIngress) {
  add("x.test", {{"upstream-hash-by", "$no_such_variable"}});
  add("y.test", {});
  start();
  EXPECT_EQ(get().status, 404);
  EXPECT_EQ(get("", "y.test").status, 200);
}

TEST_F(BalancingAnnotations, ASubsetIsSpreadOver) {
  add("x.test", {{"upstream-hash-by", "$request_uri"},
                 {"upstream-hash-by-subset", "true"},
                 {"upstream-hash-by-subset-size", "2"}});
  start();
  const auto met = spread(60);
  EXPECT_EQ(met.size(), 2U) << "60 draws of 2";
}

TEST_F(BalancingAnnotations, AffinityCountsBeforeHashesAndHashesBeforeAlgorithms) {
  add("x.test", {{"affinity", "cookie"}, {"upstream-hash-by", "$host"}, {"load-balance", "ewma"}});
  add("y.test", {{"upstream-hash-by", "$host"}, {"load-balance", "ewma"}});
  start();
  EXPECT_TRUE(get().has("Set-Cookie"));
  EXPECT_EQ(spread(20, "", "y.test").size(), 1U);
}

TEST_F(BalancingAnnotations, ASlowPodGetsLess) {
  add("x.test", {{"load-balance", "ewma"}});
  start();
  a.set_handler([this](BackendExchange& exchange) {
    exchange.read_body();
    gate.wait(std::chrono::milliseconds(300));  // never opened: a pod that takes its time
    exchange.send("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npod=a\n");
  });
  const auto met = spread(40);
  const auto slow = met.find("a");
  // Once it is known it wins no draw: it had to be met once or twice to be known.
  EXPECT_LE(slow == met.end() ? 0 : slow->second, 4);
}

TEST_F(BalancingAnnotations, TheConfigMapChoosesTheAlgorithmWhereNothingElseDoes) {
  add("x.test", {});
  add("y.test", {{"load-balance", "round_robin"}});
  start({{"load-balance", "ewma"}});
  EXPECT_THAT(headgate->admin("/debug/routes").body, HasSubstr("balance=ewma"));
  EXPECT_EQ(spread(30, "", "y.test"), (std::map<std::string, int>{{"a", 10}, {"b", 10}, {"c", 10}}));
}

TEST_F(BalancingAnnotations, AffinityIsOfItsOwnIngressAlone) {
  add("x.test", {{"affinity", "cookie"}});
  add("x.test", {}, "/plain");
  start();
  EXPECT_TRUE(get().has("Set-Cookie"));
  EXPECT_FALSE(get("", "x.test", "/plain").has("Set-Cookie"));
}

TEST_F(BalancingAnnotations, AFailedTryOfANewSessionLeadsToAPodThatAnswers) {
  add("x.test", {{"affinity", "cookie"}});
  add("p.test", {{"affinity", "cookie"}, {"affinity-mode", "persistent"}});
  pods = {{"127.0.0.1", refusing.port()}};
  start();
  for (const char* host : {"x.test", "p.test"}) {
    for (int i = 0; i < 12; ++i) {
      const HttpResponse first = get("", host);
      ASSERT_EQ(first.status, 200);
      EXPECT_EQ(pod_of(get(cookie_of(first), host)), pod_of(first));
    }
  }
}

}  // namespace
}  // namespace headgate::test_support
