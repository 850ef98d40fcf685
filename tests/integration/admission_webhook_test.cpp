// The validating admission webhook as the API server meets it: HTTPS, one review, one answer.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <list>

#include "integration/one_pod.h"
#include "support/metrics.h"
#include "support/pattern.h"
#include "support/port_reservation.h"
#include "support/secret_volume.h"
#include "support/test_certificate.h"
#include "support/tls_client.h"

namespace headgate::test_support {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

std::string ingress_object(const std::string& name, const std::string& host,
                           const std::string& service = "web", const std::string& annotations = "") {
  return R"({"apiVersion":"networking.k8s.io/v1","kind":"Ingress","metadata":{"name":")" + name +
         R"(","namespace":"default","annotations":{)" + annotations + R"(}},"spec":{"rules":[{"host":")" +
         host + R"(","http":{"paths":[{"path":"/","pathType":"Prefix","backend":{"service":{"name":")" +
         service + R"(","port":{"number":80}}}}]}}]}})";
}

std::string review_of(const std::string& object, const std::string& more = "") {
  return R"({"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":{"uid":"705ab4f5","kind":)"
         R"({"group":"networking.k8s.io","version":"v1","kind":"Ingress"},"namespace":"default","operation":)"
         R"("CREATE","userInfo":{"username":"me"},"object":)" +
         object + R"(,"oldObject":null)" + more + "}}";
}

std::string post(const std::string& body, const std::string& fields = "") {
  return make_request("POST", "headgate-admission.headgate.svc", "/networking/v1/ingresses?timeout=5s",
                      "Content-Type: application/json\r\nAccept-Encoding: gzip\r\nContent-Length: " +
                          std::to_string(body.size()) + "\r\n" + fields,
                      body);
}

class AdmissionWebhook : public OnePod {
 protected:
  void put(const TestCertificate& shown) { put(shown.pem(), shown.key_pem()); }
  void put(const std::string& chain, const std::string& key) {
    volume.put({{"tls.crt", chain}, {"tls.key", key}});
  }
  void start() {
    HeadgateOptions options;
    options.flags = {"--validating-webhook=127.0.0.1:" + std::to_string(port.port()),
                     "--validating-webhook-certificate=" + volume.path("tls.crt"),
                     "--validating-webhook-key=" + volume.path("tls.key")};
    OnePod::start(options);
  }
  [[nodiscard]] TlsClient connect() const { return TlsClient(port.port()); }
  HttpResponse ask_webhook(const std::string& request) const {
    TlsClient one = connect();
    EXPECT_EQ(one.failure(), "");
    return one.exchange(request, "POST");
  }
  HttpResponse judge(const std::string& object) const { return ask_webhook(post(review_of(object))); }
  void expect_webhook_works() const {
    const HttpResponse response = judge(ingress_object("new", "free.test"));
    EXPECT_EQ(response.status, 200) << response.problem;
    EXPECT_EQ(response.body, kAllowed);
  }
  // Of the webhook, once it is `expected`.
  [[nodiscard]] bool shows(const TestCertificate& expected) const {
    return eventually([&] { return connect().server_fingerprint() == expected.fingerprint(); });
  }
  [[nodiscard]] std::string findings() const { return headgate->admin("/debug/findings").body; }
  [[nodiscard]] bool has_finding(const std::string& text) const { return headgate->wait_for_finding(text); }
  [[nodiscard]] double reviews(const std::string& result) const {
    return metric(headgate->admin("/metrics").body, "headgate_admission_reviews_total",
                  "result=\"" + result + "\"");
  }

  static constexpr const char* kAllowed =
      R"({"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","response":{"uid":"705ab4f5","allowed":true}})"
      "\n";

  TestCertificate certificate{{{"headgate-admission.headgate.svc"}}};
  SecretVolume volume;
  PortReservation port;
};

TEST_F(AdmissionWebhook, AllowsAGoodIngress) {
  put(certificate);
  start();
  const HttpResponse response = judge(ingress_object("new", "free.test"));
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.field("Content-Type"), "application/json");
  EXPECT_FALSE(response.has("Content-Encoding"));
  EXPECT_EQ(response.body, kAllowed);
}

TEST_F(AdmissionWebhook, DeniesWith422AndTheReason) {
  put(certificate);
  start();
  const HttpResponse response = judge(ingress_object("new", "x.test"));
  EXPECT_EQ(response.status, 200) << "the call itself went well";
  EXPECT_EQ(
      response.body,
      R"({"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","response":{"uid":"705ab4f5",)"
      R"("allowed":false,"status":{"code":422,"reason":"Invalid","message":)"
      R"("spec.rules[0].http.paths[0].path: host \"x.test\" and path \"/\" is already defined in ingress )"
      R"(default/web"}}})"
      "\n");
  EXPECT_THAT(judge(R"({"metadata":{"name":"new"},"spec":{"rules":{}}})").body,
              HasSubstr("spec.rules: expected a list, found an object"));
}

TEST_F(AdmissionWebhook, WarnsOfWhatMayYetCome) {
  put(certificate);
  start();
  const HttpResponse response = judge(ingress_object("new", "free.test", "later"));
  EXPECT_THAT(response.body, AllOf(HasSubstr(R"("allowed":true,"warnings":["spec.rules[0])"),
                                   HasSubstr("Service default/later does not exist; answered with 503")));
}

TEST_F(AdmissionWebhook, SeesWhatIsWrittenMeanwhileAndWritesNothing) {
  put(certificate);
  start();
  EXPECT_EQ(judge(ingress_object("new", "y.test")).body, kAllowed);
  EXPECT_EQ(ask_webhook(post(review_of(ingress_object("new", "y.test"), R"(,"dryRun":true)"))).body,
            kAllowed);
  EXPECT_EQ(headgate->get("y.test", "/").status, 404);
  folder.write("more.yaml", ingress("taken", "y.test", "web"));
  ASSERT_TRUE(headgate->wait_for("y.test", "/", 200));
  EXPECT_THAT(judge(ingress_object("new", "y.test")).body, HasSubstr("default/taken"));
}

TEST_F(AdmissionWebhook, AnswersWhatIsNoReviewWith400) {
  put(certificate);
  start();
  for (const char* body : {"", "{", "[]", R"({"kind":"AdmissionReview"})", "\xff"}) {
    const HttpResponse response = ask_webhook(post(body));
    EXPECT_EQ(response.status, 400) << body;
    EXPECT_THAT(response.body, HasSubstr("this is not an AdmissionReview: ")) << body;
  }
  expect_webhook_works();
}

TEST_F(AdmissionWebhook, AnswersTheWrongRequestsOfHttp) {
  put(certificate);
  start();
  const std::string host = "Host: h\r\n";
  struct Case {
    std::string request;
    int status;
  };
  const Case cases[] = {
      {"GET / HTTP/1.1\r\n" + host + "\r\n", 405},
      {"POST / HTTP/1.1\r\n" + host + "\r\n", 411},
      {"POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 411},
      {"POST / HTTP/1.1\r\n" + host + "Content-Length: x\r\n\r\n", 400},
      {"POST / HTTP/1.1\r\n" + host + "Content-Length: 9437185\r\n\r\n", 413},
      {"POST / HTTP/1.1\r\n" + host + "Content-Length: 18446744073709551615\r\n\r\n", 413},
      {"POST / HTTP/1.1\r\n" + host + "X: " + std::string(20000, 'x') + "\r\n\r\n", 431},
      {"nonsense\r\n\r\n", 400},
  };
  for (const Case& each : cases) {
    TlsClient one = connect();
    EXPECT_EQ(one.exchange(each.request, "POST").status, each.status) << each.request.substr(0, 80);
    EXPECT_TRUE(one.closed_by_peer()) << each.request.substr(0, 80);
  }
  expect_webhook_works();
}

TEST_F(AdmissionWebhook, ABodyOf10MegabytesIsRefusedAndTheClientLearnsWhy) {
  put(certificate);
  start();
  TlsClient one = connect();
  const std::string body(10 << 20, ' ');
  one.send(post(body));
  const HttpResponse response = one.receive("POST");
  EXPECT_EQ(response.status, 413);
  EXPECT_THAT(response.body, HasSubstr("larger than 9 MiB"));
  const std::string large =
      review_of(ingress_object("new", "free.test", "web", R"("a/b":")" + std::string(2 << 20, 'x') + "\""));
  EXPECT_EQ(ask_webhook(post(large)).body, kAllowed) << "2 MiB are fine";
}

TEST_F(AdmissionWebhook, AConnectionServesManyRequests) {
  put(certificate);
  start();
  TlsClient one = connect();
  for (int i = 0; i < 50; ++i)
    ASSERT_EQ(one.exchange(post(review_of(ingress_object("new", "free.test"))), "POST").body, kAllowed);
  const std::string body = review_of(ingress_object("new", "free.test"));
  const std::string request = post(body, "Expect: 100-continue\r\n");
  one.send(request.substr(0, request.size() - body.size()));
  one.send(body);
  const HttpResponse response = one.receive("POST");
  EXPECT_EQ(response.body, kAllowed);
  EXPECT_EQ(response.interim, std::vector<int>{100});
  one.send(post(body) + post(body));
  EXPECT_EQ(one.receive("POST").body, kAllowed);
  EXPECT_EQ(one.receive("POST").body, kAllowed) << "two requests in one record";
  EXPECT_EQ(one.exchange(post(body, "Connection: close\r\n"), "POST").body, kAllowed);
  EXPECT_TRUE(one.closed_by_peer());
}

TEST_F(AdmissionWebhook, SpeaksHttp1OverTls12AndAbove) {
  put(certificate);
  start();
  TlsOptions options;
  options.alpn = {"h2", "http/1.1"};  // as the API server offers
  TlsClient modern(port.port(), options);
  EXPECT_EQ(modern.failure(), "");
  EXPECT_EQ(modern.alpn(), "");
  EXPECT_EQ(modern.exchange(post(review_of(ingress_object("new", "free.test"))), "POST").status, 200);
  options.least_version = options.most_version = TLS1_2_VERSION;
  EXPECT_TRUE(TlsClient(port.port(), options).is_secure());
  options.least_version = options.most_version = TLS1_1_VERSION;
  EXPECT_FALSE(TlsClient(port.port(), options).is_secure());
  RawClient plain(port.port());
  plain.send("POST / HTTP/1.1\r\n\r\n");
  EXPECT_EQ(plain.receive().status, 0);
  expect_webhook_works();
}

TEST_F(AdmissionWebhook, ARenewedCertificateIsForNewConnectionsAndOldOnesLiveOn) {
  put(certificate);
  start();
  TlsClient old = connect();
  EXPECT_EQ(old.server_fingerprint(), certificate.fingerprint());
  const TestCertificate renewed({{"headgate-admission.headgate.svc"}, true});
  put(renewed);
  EXPECT_TRUE(shows(renewed));
  EXPECT_EQ(old.exchange(post(review_of(ingress_object("new", "free.test"))), "POST").body, kAllowed);
  EXPECT_THAT(findings(), Not(HasSubstr("admission webhook")));
}

TEST_F(AdmissionWebhook, ABrokenPairLeavesTheOldOneAndIsTold) {
  put(certificate);
  start();
  const TestCertificate other({{"other.test"}});
  put(other.pem(), certificate.key_pem());
  EXPECT_TRUE(has_finding("error: File " + volume.path("tls.crt") +
                          ": the certificate of the admission webhook, cannot be used with " +
                          volume.path("tls.key")));
  EXPECT_THAT(findings(), HasSubstr("; the one before stays in use"));
  EXPECT_TRUE(shows(certificate));
  expect_webhook_works();
  put(other);
  EXPECT_TRUE(shows(other));
  EXPECT_TRUE(eventually([&] { return findings().find("admission webhook") == std::string::npos; }));
}

TEST_F(AdmissionWebhook, WaitsForItsCertificateWhileTheProxyServes) {
  start();
  expect_still_serving();
  EXPECT_TRUE(has_finding("cannot be opened: No such file or directory; the webhook answers nobody"));
  EXPECT_FALSE(connect().is_secure());
  put(certificate);
  EXPECT_TRUE(shows(certificate));
  expect_webhook_works();
}

TEST_F(AdmissionWebhook, SlowClientsKeepNobodyOut) {
  put(certificate);
  start();
  const std::string request = post(review_of(ingress_object("new", "free.test")));
  std::list<RawClient> silent;  // not even a handshake
  std::list<TlsClient> slow;    // in the middle of a head or of a body
  for (int i = 0; i < 60; ++i) {
    silent.emplace_back(port.port());
    slow.emplace_back(port.port());
    slow.back().send(request.substr(0, i % 2 == 0 ? 40 : request.size() - 40));
  }
  expect_webhook_works();
  // More than there is room for: those that are silent for longest have to go.
  for (int i = 0; i < 40; ++i) {
    slow.emplace_back(port.port());
    slow.back().send(request.substr(0, request.size() - 1));
  }
  expect_webhook_works();
  EXPECT_TRUE(silent.front().closed_by_peer());
  slow.back().send(request.substr(request.size() - 1));
  EXPECT_EQ(slow.back().receive("POST").body, kAllowed) << "slow, but in time";
}

TEST_F(AdmissionWebhook, CountsWhatItDecides) {
  put(certificate);
  start();
  judge(ingress_object("new", "free.test"));
  judge(ingress_object("new", "free.test"));
  judge(ingress_object("new", "x.test"));
  ask_webhook(post("nonsense"));
  ask_webhook(post(R"({"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":{"uid":"1",)"
                   R"("kind":{"kind":"Pod"},"operation":"CREATE"}})"));
  EXPECT_EQ(reviews("allowed"), 2);
  EXPECT_EQ(reviews("denied"), 1);
  EXPECT_EQ(reviews("malformed"), 1);
  EXPECT_EQ(reviews("passed"), 1);
  const std::string page = headgate->admin("/metrics").body;
  const std::string prefix = "nginx_ingress_controller_";
  EXPECT_EQ(metric(page, prefix + "check_success", R"(namespace="default",ingress="new")"), 2);
  EXPECT_EQ(metric(page, prefix + "check_errors", R"(namespace="default",ingress="new")"), 1);
  EXPECT_EQ(metric(page, prefix + "admission_tested_ingresses"), 1);
  EXPECT_GT(metric(page, prefix + "admission_tested_duration"), 0);
  EXPECT_GT(metric(page, prefix + "admission_roundtrip_duration"), 0);
}

TEST_F(AdmissionWebhook, IsNotThereUnlessItIsAskedFor) {
  OnePod::start();
  EXPECT_THAT(headgate->admin("/metrics").body, Not(HasSubstr("admission")));
}

TEST(AdmissionWebhookFlags, TheCertificateAndItsKeyAreNeeded) {
  for (const char* more : {"--v=2", "--validating-webhook-certificate=a", "--validating-webhook-key=a"}) {
    ChildProcess child({headgate_binary(), "--manifests=/nowhere", "--validating-webhook=:8443", more});
    const auto status = child.wait();
    ASSERT_TRUE(status);
    EXPECT_EQ(status->code, 2);
    EXPECT_THAT(child.standard_error(), HasSubstr("--validating-webhook needs"));
  }
}

}  // namespace
}  // namespace headgate::test_support
