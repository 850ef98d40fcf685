// gRPC through Headgate, by grpc-go at both ends: calls of every kind, cancellation, errors, TLS to the pod.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>

#include "support/child_process.h"
#include "support/h2_client.h"
#include "support/headgate_process.h"
#include "support/manifests.h"
#include "support/metrics.h"
#include "support/port_reservation.h"
#include "support/program.h"
#include "support/raw_client.h"
#include "support/temp_dir.h"
#include "support/test_certificates.h"

namespace headgate::test_support {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::chrono::minutes kBuildWithin{4};

bool is_newer(const std::filesystem::path& built, const std::filesystem::path& source) {
  return std::filesystem::exists(built) &&
         std::filesystem::last_write_time(built) > std::filesystem::last_write_time(source);
}

// The program, built at the first call; empty where that cannot be.
const std::string& grpc_probe() {
  static const std::string path = [] {
    std::string built = std::string(HEADGATE_TEST_TOOLS) + "/grpc_probe";
    if (is_newer(built, HEADGATE_SOURCE_DIR "/tests/grpc/main.go")) return built;
    const std::string go = program("go");
    if (go.empty()) {
      say_not_tested("go is missing, gRPC was not tested");
      return std::string();
    }
    ChildProcess build({go, "build", "-C", HEADGATE_SOURCE_DIR "/tests/grpc", "-o", built, "."});
    const auto status = build.wait(kBuildWithin);
    if (status && status->code == 0) return built;
    say_not_tested("grpc_probe could not be built");
    std::fputs(build.standard_error().c_str(), stdout);
    return std::string();
  }();
  return path;
}

class Grpc : public ::testing::Test {
 protected:
  void SetUp() override {
    if (grpc_probe().empty()) GTEST_SKIP() << "no grpc_probe";
  }
  void start_pod(const std::vector<std::string>& more = {}) {
    std::vector<std::string> command{grpc_probe(), "pod", "127.0.0.1:" + std::to_string(ports.port(0))};
    command.insert(command.end(), more.begin(), more.end());
    pod = std::make_unique<ChildProcess>(command);
    ASSERT_TRUE(pod->wait_for_output("ready")) << pod->standard_error();
  }
  void start_tls_pod() {
    const IssuedCertificate issued = TestAuthority().issue_for({"pod.default.svc"});
    std::ofstream(keys.path() / "crt") << issued.chain;
    std::ofstream(keys.path() / "key") << issued.key;
    start_pod({keys.path() / "crt", keys.path() / "key"});
  }
  void start(const FieldList& annotations, const std::string& app_protocol = "") {
    std::string service = service_at("pod", {{"127.0.0.1", ports.port(0), "{ready: true}"}});
    if (!app_protocol.empty())
      service.insert(service.find("name: http, "), "appProtocol: " + app_protocol + ", ");
    IngressSpec spec;
    spec.name = "pod";
    spec.rules = {{"x.test", {{"/", "Prefix", "pod", "80"}}}};
    spec.annotations = annotations;
    folder.write("pod.yaml", ingress(spec) + service);
    headgate = std::make_unique<HeadgateProcess>(folder);
  }
  // What the client says of one call.
  [[nodiscard]] std::string call(const std::string& kind, const std::string& host = "x.test") const {
    ChildProcess client(
        {grpc_probe(), "call", "127.0.0.1:" + std::to_string(headgate->http_port()), host, kind});
    const auto status = client.wait();
    EXPECT_TRUE(status && status->code == 0) << client.standard_error();
    return client.standard_output();
  }
  void expect_all_calls() const {
    EXPECT_THAT(call("Unary"), HasSubstr("status=OK message=\"\" received=10 last=\"echo hello\""));
    EXPECT_THAT(call("Unary"), HasSubstr("trailer=[\"yes\"]"));
    EXPECT_THAT(call("ServerStream"), HasSubstr("status=OK message=\"\" received=2000000 "));
    EXPECT_THAT(call("ClientStream"), HasSubstr("status=OK message=\"\" received=6 last=\"800000\""));
    EXPECT_THAT(call("Bidi"), HasSubstr("status=OK "));
    EXPECT_THAT(call("Missing"), HasSubstr("status=NotFound message=\"no method /test.Probe/Missing\""));
  }

  PortReservation ports{1};
  TempDir keys;
  ManifestFolder folder;
  std::unique_ptr<ChildProcess> pod;
  std::unique_ptr<HeadgateProcess> headgate;
};

TEST_F(Grpc, EveryKindOfCall) {
  start_pod();
  start({{"backend-protocol", "GRPC"}});
  expect_all_calls();
}

TEST_F(Grpc, ByAppProtocolH2c) {
  start_pod();
  start({}, "kubernetes.io/h2c");
  expect_all_calls();
}

TEST_F(Grpc, OverTlsToThePod) {
  start_tls_pod();
  start({{"backend-protocol", "GRPCS"}});
  expect_all_calls();
}

TEST_F(Grpc, ACallThatIsGivenUpEndsAtThePod) {
  start_pod();
  start({{"backend-protocol", "GRPC"}});
  EXPECT_THAT(call("Wait"), HasSubstr("status=DeadlineExceeded"));
  EXPECT_TRUE(pod->wait_for_output("cancelled"));
}

TEST_F(Grpc, OurOwnErrorsAreGrpcStatuses) {
  start({{"backend-protocol", "GRPC"}});  // nobody listens
  EXPECT_THAT(call("Unary"), HasSubstr("status=Unavailable message=\"502 Bad Gateway\""));
  EXPECT_THAT(call("Unary", "nobody.test"), HasSubstr("status=Unimplemented message=\"404 Not Found\""));
}

// HTTP/1.1 clients of such pods.
TEST_F(Grpc, AnHttp1ClientGetsTrailersWhereItTakesThem) {
  start_pod();
  start({{"backend-protocol", "GRPC"}});
  const std::string message("\0\0\0\0\2hi", 7);
  RawClient client(headgate->http_port());
  const HttpResponse response = client.exchange(
      "POST /test.Probe/Unary HTTP/1.1\r\nHost: x.test\r\nContent-Type: application/grpc\r\nTE: trailers\r\n"
      "Connection: TE\r\nContent-Length: 7\r\n\r\n" +
          message,
      "POST");
  EXPECT_EQ(response.status, 200) << response.start_line << response.problem;
  EXPECT_THAT(response.body, HasSubstr("echo hi"));
  EXPECT_EQ(response.field("transfer-encoding"), "chunked");
}

// The calls of a Worker share a connection; those that run at once are more than one stream of it.
TEST_F(Grpc, CallsShareAConnection) {
  start_pod();
  start({{"backend-protocol", "GRPC"}});
  for (int i = 0; i < 5; ++i) EXPECT_THAT(call("Unary"), HasSubstr("status=OK"));
  const std::string metrics = headgate->admin("/metrics").body;
  EXPECT_EQ(metric(metrics, "headgate_upstream_connects_total", ""), 1) << metrics;
}

// A pod that has gone and come back: the connection that was kept is not used.
TEST_F(Grpc, FollowsAPodThatComesBack) {
  start_pod();
  start({{"backend-protocol", "GRPC"}});
  EXPECT_THAT(call("Unary"), HasSubstr("status=OK"));
  pod.reset();
  EXPECT_THAT(call("Unary"), HasSubstr("status=Unavailable"));
  start_pod();
  EXPECT_THAT(call("Unary"), HasSubstr("status=OK"));
}

// Pods are asked by gRPC's own health protocol.
TEST_F(Grpc, HealthChecksSpeakItsHealthProtocol) {
  start_pod();
  const std::pair<const char*, const char*> cases[] = {
      {"", " healthy, last check: SERVING\n"},
      {"test.Well", " healthy, last check: SERVING\n"},
      {"test.Ill", " unhealthy (health check), last check: NOT_SERVING\n"},
      {"test.Unheard", " unhealthy (health check), last check: grpc-status 5 (NOT_FOUND)\n"},
  };
  std::string manifests;
  for (std::size_t i = 0; i < std::size(cases); ++i) {
    IngressSpec spec;
    spec.name = "pod" + std::to_string(i);
    spec.rules = {{spec.name + ".test", {{"/", "Prefix", spec.name, "80"}}}};
    spec.annotations = {{"backend-protocol", "GRPC"},
                        {"headgate.dev/health-check-path", "/grpc.health.v1.Health/Check"},
                        {"headgate.dev/health-check-interval", "1s"},
                        {"headgate.dev/health-check-unhealthy-threshold", "1"},
                        {"headgate.dev/healthy-panic-threshold", "0"},
                        {"headgate.dev/health-check-grpc-service", cases[i].first}};
    if (*cases[i].first == '\0') spec.annotations.pop_back();
    manifests += ingress(spec) + service_at(spec.name, {{"127.0.0.1", ports.port(0)}});
  }
  folder.write("checked.yaml", manifests);
  start({{"backend-protocol", "GRPC"}});
  for (std::size_t i = 0; i < std::size(cases); ++i) {
    const std::string name = "cluster default-pod" + std::to_string(i) + "-80: ";
    EXPECT_TRUE(eventually([&] {
      const std::string page = headgate->admin("/debug/health").body;
      const std::size_t at = page.find(name);
      return at != std::string::npos &&
             page.substr(at, page.find("cluster ", at + 1) - at).find(cases[i].second) != std::string::npos;
    })) << cases[i].first
        << headgate->admin("/debug/health").body;
  }
  EXPECT_THAT(call("Unary", "pod1.test"), HasSubstr("status=OK"));
  EXPECT_TRUE(eventually([&] { return call("Unary", "pod2.test").find("status=Unavailable") == 0; }));
  EXPECT_THAT(headgate->admin("/debug/findings").body, Not(HasSubstr("health-check")));
}

TEST_F(Grpc, HealthChecksOverTls) {
  start_tls_pod();
  start({{"backend-protocol", "GRPCS"},
         {"headgate.dev/health-check-grpc-service", "test.Well"},
         {"headgate.dev/health-check-interval", "1s"}});
  EXPECT_TRUE(eventually([&] {
    return headgate->admin("/debug/health").body.find(" healthy, last check: SERVING\n") != std::string::npos;
  })) << headgate->admin("/debug/health").body;
}

}  // namespace
}  // namespace headgate::test_support
