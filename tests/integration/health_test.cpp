// The health of endpoints, from annotations and the ConfigMap alone: outlier detection, panic, slow start,
// health checks.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "integration/one_pod.h"
#include "support/metrics.h"

namespace headgate::test_support {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

using Spread = std::map<std::string, int>;

BackendHandler say(int status) {
  return [status](BackendExchange& exchange) { (void)exchange.respond(status, "no\n"); };
}

// Pods a, b and c of the Service web, and `next` of another.
class Health : public ::testing::Test {
 protected:
  void add(const std::string& host, const FieldList& annotations, const std::string& service = "web") {
    text += ingress(
        {"i" + std::to_string(count_++), "", "", {{host, {{"/", "Prefix", service}}}}, {}, annotations});
  }
  void start(const FieldList& settings = {}, unsigned workers = 1) {
    for (const EchoBackend* pod : {&a, &b, &c}) pods.push_back({pod->address(), pod->port()});
    write(settings);
    HeadgateOptions options;
    options.flags = {"--configmap=default/headgate"};
    options.workers = workers;
    headgate = std::make_unique<HeadgateProcess>(folder, options);
  }
  void write(const FieldList& settings = {}) {
    folder.write("all.yaml", text + service_at("web", pods) + service_of("next", next) +
                                 config_map("headgate", settings));
  }
  [[nodiscard]] HttpResponse get(const std::string& host = "x.test", const std::string& fields = "") const {
    return headgate->get(host, "/", fields);
  }
  static std::string pod_of(const HttpResponse& response) {
    const std::size_t at = response.body.find("pod=");
    if (at == std::string::npos) return std::to_string(response.status);
    return response.body.substr(at + 4, response.body.find('\n', at) - at - 4);
  }
  [[nodiscard]] Spread spread(int count, const std::string& host = "x.test",
                              const std::string& fields = "") const {
    Spread met;
    for (int i = 0; i < count; ++i) ++met[pod_of(get(host, fields))];
    return met;
  }
  [[nodiscard]] std::string page() const { return headgate->admin("/debug/health").body; }
  [[nodiscard]] bool shows(const std::string& part) const {
    return eventually([&] { return page().find(part) != std::string::npos; });
  }
  [[nodiscard]] std::string line_of(const EchoBackend& pod) const {
    return "127.0.0.1:" + std::to_string(pod.port());
  }
  [[nodiscard]] bool wait_for_finding(const std::string& part) const {
    return headgate->wait_for_finding(part);
  }
  // Requests until the pod is out; it answers with 500 from now on.
  void fail_until_ejected(EchoBackend& pod, const std::string& host = "x.test") {
    pod.set_handler(say(500));
    for (int i = 0; i < 30; ++i) (void)get(host);
    ASSERT_TRUE(shows(line_of(pod) + " ejected (consecutive-5xx)")) << page();
  }

  ManifestFolder folder;
  EchoBackend a{"a"}, b{"b"}, c{"c"}, next{"next"};
  std::vector<PodAddress> pods;
  std::string text;
  std::unique_ptr<HeadgateProcess> headgate;

 private:
  int count_ = 0;
};

const FieldList kDetection = {{"headgate.dev/outlier-detection", "true"}};

FieldList detection_and(const FieldList& more) {
  FieldList all = kDetection;
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

TEST_F(Health, WithoutAnAnnotationNobodyIsEjected) {
  add("x.test", {});
  start();
  b.set_handler(say(500));
  EXPECT_EQ(spread(60), (Spread{{"a", 20}, {"500", 20}, {"c", 20}}));
  EXPECT_EQ(page(), "no Service asks for outlier detection, health checks or slow start\n");
  EXPECT_THAT(headgate->admin("/metrics").body, Not(HasSubstr("headgate_health")));
}

TEST_F(Health, AFailingPodIsEjectedForAllWorkersAndIngresses) {
  add("x.test", kDetection);
  add("y.test", {});  // of the same Service
  start({}, 2);
  fail_until_ejected(b);
  for (const char* host : {"x.test", "y.test"}) {
    const Spread met = spread(20, host);
    EXPECT_EQ(met.count("500"), 0U) << host;
    EXPECT_EQ(met.size(), 2U) << host;
  }
  const std::string metrics = headgate->admin("/metrics").body;
  EXPECT_EQ(metric(metrics, "headgate_health_endpoints", "service_port=\"80\",state=\"ejected\""), 1);
  EXPECT_EQ(metric(metrics, "headgate_health_endpoints", "state=\"healthy\""), 2);
  EXPECT_EQ(metric(metrics, "headgate_health_ejections_total", "reason=\"consecutive-5xx\""), 1);
}

TEST_F(Health, APodThatRefusesConnectionsIsEjectedWithoutACostToClients) {
  add("x.test", kDetection);
  const PortReservation refusing;
  pods.push_back({"127.0.0.1", refusing.port()});
  start();
  for (int i = 0; i < 40; ++i) EXPECT_EQ(get().status, 200);
  EXPECT_TRUE(shows(std::to_string(refusing.port()) + " ejected (consecutive-5xx)")) << page();
}

TEST_F(Health, ItComesBackWhenItsTimeIsOver) {
  add("x.test", detection_and({{"headgate.dev/outlier-detection-base-ejection-time", "1s"},
                               {"headgate.dev/outlier-detection-consecutive-5xx", "2"}}));
  start();
  fail_until_ejected(b);
  b.set_handler({});
  EXPECT_TRUE(eventually([&] { return page().find("ejected (") == std::string::npos; })) << page();
  EXPECT_EQ(spread(30), (Spread{{"a", 10}, {"b", 10}, {"c", 10}}));
}

TEST_F(Health, WhereTooFewAreHealthyAllAreUsed) {
  add("x.test", detection_and({{"headgate.dev/outlier-detection-max-ejection-percent", "100"}}));
  start();
  fail_until_ejected(a);
  EXPECT_EQ(spread(20), (Spread{{"b", 10}, {"c", 10}}));
  fail_until_ejected(b);
  EXPECT_TRUE(shows("PANIC: fewer than 50 %, all are used")) << page();
  EXPECT_EQ(spread(30), (Spread{{"500", 20}, {"c", 10}}));
  EXPECT_EQ(metric(headgate->admin("/metrics").body, "headgate_health_panic", "service=\"web\""), 1);
}

TEST_F(Health, WithoutPanicAnUnhealthyServiceIs503) {
  add("x.test", detection_and({{"headgate.dev/outlier-detection-max-ejection-percent", "100"},
                               {"headgate.dev/healthy-panic-threshold", "0"}}));
  start();
  for (EchoBackend* pod : {&a, &b, &c}) fail_until_ejected(*pod);
  EXPECT_EQ(spread(5), (Spread{{"503", 5}}));
}

TEST_F(Health, OutlivesNewTablesAndNewEndpoints) {
  add("x.test", kDetection);
  start();
  fail_until_ejected(b);
  add("z.test", {}, "next");
  const EchoBackend d{"d"};
  pods.push_back({d.address(), d.port()});
  write();
  ASSERT_TRUE(eventually([&] { return get("z.test").status == 200; }));
  EXPECT_EQ(spread(30), (Spread{{"a", 10}, {"c", 10}, {"d", 10}}));
  EXPECT_THAT(page(), HasSubstr(line_of(b) + " ejected (consecutive-5xx)"));
}

TEST_F(Health, TakingTheAnnotationAwayLetsEverybodyBack) {
  add("x.test", kDetection);
  start();
  fail_until_ejected(b);
  b.set_handler({});
  text.clear();
  add("x.test", {});
  write();
  ASSERT_TRUE(shows("no Service asks"));
  EXPECT_EQ(spread(30), (Spread{{"a", 10}, {"b", 10}, {"c", 10}}));
}

TEST_F(Health, TheConfigMapTurnsItOnAndAnIngressOff) {
  add("x.test", {});
  add("n.test", {{"headgate.dev/outlier-detection", "false"}}, "next");
  start({{"outlier-detection", "true"}, {"healthy-panic-threshold", "30"}, {"slow-start-window", "0"}});
  fail_until_ejected(b);
  EXPECT_THAT(page(), Not(HasSubstr("cluster default-next-80")));
}

TEST_F(Health, ASessionIsAGuestElsewhereUntilItsPodIsBack) {
  for (const char* mode : {"balanced", "persistent"}) {
    add(std::string(mode) + ".test",
        detection_and({{"headgate.dev/outlier-detection-base-ejection-time", "1s"},
                       {"affinity", "cookie"},
                       {"affinity-mode", mode}}));
  }
  start();
  for (const std::string host : {"balanced.test", "persistent.test"}) {
    const HttpResponse first = get(host);
    ASSERT_EQ(first.status, 200) << host << " " << first.problem << "\n" << page();
    const std::string value = first.field("Set-Cookie").value_or("");
    const std::string cookie = "Cookie: " + value.substr(0, value.find(';')) + "\r\n";
    const std::string name = pod_of(first);
    EchoBackend& home = name == "a" ? a : name == "b" ? b : c;
    home.set_handler(say(500));
    for (int i = 0; i < 5; ++i)
      EXPECT_EQ(get(host, cookie).status, 500) << host << " " << i << "\n" << page();
    HttpResponse guest;
    const bool moved = eventually([&] {
      guest = get(host, cookie);
      return guest.status == 200;
    });
    ASSERT_TRUE(moved) << host << "\n" << page();
    EXPECT_NE(pod_of(guest), name) << host;
    EXPECT_FALSE(guest.has("Set-Cookie")) << host;
    home.set_handler({});
    EXPECT_TRUE(eventually([&] { return pod_of(get(host, cookie)) == name; })) << host << page();
  }
}

TEST_F(Health, ASessionThatChangesOnFailureMovesForGood) {
  add("x.test", detection_and({{"affinity", "cookie"},
                               {"affinity-mode", "persistent"},
                               {"session-cookie-change-on-failure", "true"}}));
  start();
  const HttpResponse first = get();
  const std::string value = first.field("Set-Cookie").value_or("");
  const std::string cookie = "Cookie: " + value.substr(0, value.find(';')) + "\r\n";
  const std::string name = pod_of(first);
  EchoBackend& home = name == "a" ? a : name == "b" ? b : c;
  home.set_handler(say(500));
  ASSERT_TRUE(eventually([&] { return get("x.test", cookie).status == 200; }));
  const HttpResponse moved = get("x.test", cookie);
  EXPECT_NE(pod_of(moved), name);
  EXPECT_THAT(moved.field("Set-Cookie").value_or(""), HasSubstr("INGRESSCOOKIE="));
}

TEST_F(Health, ACanaryWithoutAHealthyPodLeavesItsRequestsToThePrimary) {
  add("x.test", {});
  add("x.test",
      detection_and(
          {{"headgate.dev/healthy-panic-threshold", "0"}, {"canary", "true"}, {"canary-weight", "100"}}),
      "next");
  start();
  EXPECT_EQ(spread(5), (Spread{{"next", 5}}));
  next.set_handler(say(500));
  EXPECT_EQ(spread(5), (Spread{{"500", 5}}));
  ASSERT_TRUE(shows(line_of(next) + " ejected (consecutive-5xx)"));
  EXPECT_EQ(spread(9), (Spread{{"a", 3}, {"b", 3}, {"c", 3}}));
}

TEST_F(Health, BadValuesAreFindingsAndTheDefaultIsUsed) {
  add("x.test", detection_and({{"headgate.dev/outlier-detection-consecutive-5xx", "five"},
                               {"headgate.dev/outlier-detection-interval", "10ms"},
                               {"headgate.dev/outlier-detection-consecutive5xx", "1"}}));
  add("n.test", {{"headgate.dev/outlier-detection-interval", "5s"}}, "next");
  start();
  EXPECT_TRUE(
      wait_for_finding("[headgate.dev/outlier-detection-consecutive-5xx]: 'five' is not a whole "
                       "number from 0 to 1000000; the default is used"));
  EXPECT_TRUE(wait_for_finding("'10ms' is not from 1s to 3600s; the default is used"));
  EXPECT_TRUE(wait_for_finding(
      "[headgate.dev/outlier-detection-consecutive5xx]: is not supported yet and has no effect"));
  EXPECT_TRUE(
      wait_for_finding("Ingress default/i1: metadata.annotations[headgate.dev/outlier-detection-"
                       "interval]: has no effect: what it is about is not turned on"));
  fail_until_ejected(b);
}

const FieldList kCheck = {{"headgate.dev/health-check-path", "/healthz?deep=1"},
                          {"headgate.dev/health-check-interval", "1s"},
                          {"headgate.dev/health-check-unhealthy-threshold", "2"},
                          {"headgate.dev/health-check-healthy-threshold", "1"}};

// Fails for checks alone.
BackendHandler ill_by_check() {
  return [](BackendExchange& exchange) {
    if (exchange.request().target.starts_with("/healthz"))
      (void)exchange.respond(503, "ill\n");
    else
      (void)exchange.respond_with_echo();
  };
}

TEST_F(Health, APodThatFailsItsChecksGetsNothingUntilItPassesThem) {
  add("x.test", kCheck);
  add("y.test", {});
  b.set_handler(ill_by_check());
  start({}, 2);
  ASSERT_TRUE(shows(line_of(b) + " unhealthy (health check), last check: status 503")) << page();
  // The page is as new as the check; who gets requests follows with the next judgement, moments later.
  EXPECT_TRUE(eventually([&] { return spread(20).count("b") == 0; }));
  EXPECT_EQ(spread(20, "y.test").count("b"), 0U);
  const std::string metrics = headgate->admin("/metrics").body;
  EXPECT_EQ(metric(metrics, "headgate_health_endpoints", "state=\"unhealthy\""), 1);
  EXPECT_EQ(metric(metrics, "headgate_health_checked_endpoints"), 3);
  EXPECT_GE(metric(metrics, "headgate_health_checks_total", "result=\"failure\""), 2);
  b.set_handler({});
  EXPECT_TRUE(eventually([&] { return spread(6).count("b") == 1; })) << page();
}

TEST_F(Health, AChecksRequestIsWhatTheIngressSays) {
  FieldList annotations = kCheck;
  annotations.push_back({"headgate.dev/health-check-host", "probe.test"});
  add("x.test", annotations);
  add("n.test", {{"headgate.dev/health-check-path", "/"}, {"headgate.dev/health-check-interval", "1s"}},
      "next");
  start({}, 2);
  ASSERT_TRUE(a.wait_for_requests(1));
  const HttpRequest request = a.last_request();
  EXPECT_EQ(request.method, "GET");
  EXPECT_EQ(request.target, "/healthz?deep=1");
  EXPECT_EQ(request.field("Host"), "probe.test");
  EXPECT_EQ(request.field("User-Agent"), "headgate-health-check");
  ASSERT_TRUE(next.wait_for_requests(1));
  EXPECT_EQ(next.last_request().field("Host"), line_of(next));
  // One Worker asks, not each of them: with 1 s between, three questions take more than 1.5 s.
  const auto began = std::chrono::steady_clock::now();
  const std::size_t before = a.request_count();
  ASSERT_TRUE(a.wait_for_requests(before + 3));
  EXPECT_GT(std::chrono::steady_clock::now() - began, std::chrono::milliseconds(1500));
}

TEST_F(Health, ExpectedStatusesAndSilence) {
  FieldList annotations = kCheck;
  annotations.push_back({"headgate.dev/health-check-expected-statuses", "204, 300-302"});
  annotations.push_back({"headgate.dev/health-check-timeout", "200ms"});
  add("x.test", annotations);
  a.set_handler([](BackendExchange& exchange) { (void)exchange.respond(301, "", "Location: /\r\n"); });
  c.set_handler(never_answer());
  start();  // b says 200
  EXPECT_TRUE(shows(line_of(b) + " unhealthy (health check), last check: status 200")) << page();
  EXPECT_TRUE(shows(line_of(c) + " unhealthy (health check), last check: no answer")) << page();
  EXPECT_TRUE(shows(line_of(a) + " healthy, last check: status 301")) << page();
  EXPECT_TRUE(shows("PANIC")) << page();  // one of three
}

TEST_F(Health, BadChecksAreFindings) {
  add("x.test", {{"headgate.dev/health-check-path", "healthz"},
                 {"headgate.dev/health-check-interval", "100ms"},
                 {"headgate.dev/health-check-host", "a b"},
                 {"headgate.dev/health-check-expected-statuses", "200-"}});
  add("n.test", {{"headgate.dev/health-check-path", "/"}, {"backend-protocol", "GRPC"}}, "next");
  start();
  EXPECT_TRUE(wait_for_finding("[headgate.dev/health-check-path]: 'healthz' is no path"));
  EXPECT_TRUE(wait_for_finding("'100ms' is not from 1s to 3600s"));
  EXPECT_TRUE(wait_for_finding("'a b' is no host name"));
  EXPECT_TRUE(wait_for_finding("'200-' is no list of statuses"));
  EXPECT_TRUE(wait_for_finding("pods of gRPC are asked by grpc.health.v1.Health/Check, not for this path"));
  EXPECT_THAT(page(), Not(HasSubstr("cluster default-web-80")));
}

TEST_F(Health, TheOlderIngressOfAServiceDecides) {
  add("x.test", kDetection);
  add("y.test", {{"headgate.dev/slow-start-window", "30s"}});
  start();
  // Of the same age: i1 before i0.
  EXPECT_TRUE(
      wait_for_finding("Ingress default/i0: metadata.annotations[headgate.dev/outlier-detection]: the "
                       "health of Service default/web port 80 is watched as Ingress default/i1 says"));
  EXPECT_THAT(headgate->admin("/debug/routes").body, HasSubstr("health: slow start 30s"));
}

}  // namespace
}  // namespace headgate::test_support
