// Start and end of the process: its flags, its exit codes, its words, and the requests it still owes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

#include "integration/one_pod.h"

namespace headgate::test_support {
namespace {

using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;

struct Ended {
  ExitStatus status;
  std::string output, error;
};

Ended run(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), headgate_binary());
  ChildProcess child(arguments);
  const auto status = child.wait();
  EXPECT_TRUE(status) << "it did not end";
  return {status.value_or(ExitStatus{}), child.standard_output(), child.standard_error()};
}

TEST(CommandLine, HelpIsCompleteAndGoesToStandardOutput) {
  const Ended ended = run({"--help"});
  EXPECT_EQ(ended.status.code, 0);
  for (const char* flag :
       {"--manifests", "--http-port", "--https-port", "--healthz-port", "--ingress-class",
        "--controller-class", "--ingress-class-by-name", "--watch-ingress-without-class", "--watch-namespace",
        "--configmap", "--default-backend-service", "--annotations-prefix", "--shutdown-grace-period",
        "--version", "--bind-address", "--workers"}) {
    EXPECT_THAT(ended.output, HasSubstr(flag));
  }
}

TEST(CommandLine, VersionIsOneLineOrMoreWithANumber) {
  const Ended ended = run({"--version"});
  EXPECT_EQ(ended.status.code, 0);
  EXPECT_THAT(ended.output, AllOf(HasSubstr("headgate"), testing::ContainsRegex("[0-9]+\\.[0-9]+")));
}

TEST(CommandLine, AnUnknownFlagIsAnErrorThatNamesIt) {
  const Ended ended = run({"--no-such-flag=1"});
  EXPECT_EQ(ended.status.code, 2);
  EXPECT_THAT(ended.error, HasSubstr("--no-such-flag"));
}

TEST(CommandLine, ABadValueIsAnErrorThatNamesFlagAndValue) {
  for (const char* flag :
       {"--http-port=65536", "--http-port=http", "--workers=-1", "--bind-address=nowhere"}) {
    const Ended ended = run({"--manifests=/nonexistent", flag});
    EXPECT_EQ(ended.status.code, 2) << flag;
    const std::string text(flag);
    EXPECT_THAT(ended.error,
                AllOf(HasSubstr(text.substr(0, text.find('='))), HasSubstr(text.substr(text.find('=') + 1))));
  }
}

TEST(CommandLine, AMissingManifestPathIsAnErrorThatNamesIt) {
  const PortReservation ports(2);
  const Ended ended = run({"--manifests=/nonexistent/folder", "--http-port=" + std::to_string(ports.port(0)),
                           "--https-port=0", "--healthz-port=" + std::to_string(ports.port(1))});
  EXPECT_NE(ended.status.code, 0);
  EXPECT_THAT(ended.error, HasSubstr("/nonexistent/folder"));
}

class Lifecycle : public OnePod {
 protected:
  // Draining has begun once readiness, or the whole admin port, is gone.
  bool draining() const {
    return eventually([this] {
      try {
        return headgate->admin("/readyz").status != 200;
      } catch (const std::runtime_error&) {
        return true;
      }
    });
  }
};

TEST_F(Lifecycle, AFlagOfNginxOnlyIsAWarning) {
  HeadgateOptions options;
  options.flags = {"--enable-ssl-chain-completion=true"};
  start(options);
  EXPECT_TRUE(headgate->process().wait_for_error("enable-ssl-chain-completion"));
  expect_still_serving();
}

TEST_F(Lifecycle, APortInUseIsAnErrorThatNamesIt) {
  start();
  for (const bool http : {true, false}) {
    const PortReservation free_ports(2);
    const std::uint16_t taken = http ? pod.port() : headgate->admin_port();
    const Ended ended =
        run({"--manifests=" + folder.path().string(), "--bind-address=127.0.0.1",
             "--http-port=" + std::to_string(http ? taken : free_ports.port(0)), "--https-port=0",
             "--healthz-port=" + std::to_string(http ? free_ports.port(1) : taken), "--workers=1"});
    EXPECT_EQ(ended.status.code, 1) << ended.error;
    EXPECT_THAT(ended.error, HasSubstr(std::to_string(taken)));
  }
  expect_still_serving();
}

TEST_F(Lifecycle, ASecondProcessCannotStealThePortOfTheFirst) {
  start();
  const PortReservation free_port;
  const Ended ended = run({"--manifests=" + folder.path().string(), "--bind-address=127.0.0.1",
                           "--http-port=" + std::to_string(headgate->http_port()), "--https-port=0",
                           "--healthz-port=" + std::to_string(free_port.port()), "--workers=1"});
  EXPECT_EQ(ended.status.code, 1) << "two processes would share the connections";
  EXPECT_THAT(ended.error, HasSubstr(std::to_string(headgate->http_port())));
}

TEST_F(Lifecycle, HealthAndReadinessAnswerOnTheAdminPort) {
  start();
  EXPECT_EQ(headgate->admin("/healthz").status, 200);
  EXPECT_EQ(headgate->admin("/readyz").status, 200);
  EXPECT_EQ(headgate->admin("/no-such-page").status, 404);
}

TEST_F(Lifecycle, TheAdminPagesAreNotOnThePublicPort) {
  start();
  for (const char* path : {"/metrics", "/debug/routes", "/readyz", "/debug/findings"}) {
    EXPECT_EQ(headgate->get("nobody.test", path).status, 404) << path;
  }
}

TEST_F(Lifecycle, SigtermLetsTheRunningRequestEndAndExitsWithZero) {
  pod.set_handler(echo_after(gate));
  start();
  RawClient running = client();
  running.send(make_request("GET", "x.test", "/running"));
  ASSERT_TRUE(pod.wait_for_requests(1));
  headgate->process().signal(SIGTERM);
  EXPECT_TRUE(draining());
  EXPECT_FALSE(headgate->process().wait(std::chrono::milliseconds(50))) << "it did not wait";
  gate.open();
  const HttpResponse response = running.receive();
  EXPECT_EQ(response.status, 200) << response.problem;
  EXPECT_TRUE(response.lists("Connection", "close"));
  const auto status = headgate->process().wait();
  ASSERT_TRUE(status);
  EXPECT_EQ(status->code, 0);
}

TEST_F(Lifecycle, AnAnswerUnderWayAtSigtermDoesNotKeepItsConnection) {
  pod.set_handler([this](BackendExchange& exchange) {
    exchange.send("HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nhalf");
    gate.wait();
    exchange.send("half");
  });
  start();
  RawClient running = client();
  running.send(make_request("GET", "x.test", "/running"));
  const std::string head_and_half = running.read_exactly(40);
  headgate->process().signal(SIGTERM);
  EXPECT_TRUE(draining());
  gate.open();
  ReadEnd end;
  EXPECT_THAT(head_and_half + running.read_until_close(end), ::testing::EndsWith("halfhalf"));
  const auto status = headgate->process().wait();
  ASSERT_TRUE(status);
  EXPECT_EQ(status->code, 0);
}

TEST_F(Lifecycle, SigtermClosesIdleConnections) {
  start();
  RawClient idle = client();
  EXPECT_EQ(idle.exchange(make_request("GET", "x.test", "/")).status, 200);
  headgate->process().signal(SIGTERM);
  EXPECT_TRUE(idle.closed_by_peer());
  const auto status = headgate->process().wait();
  ASSERT_TRUE(status);
  EXPECT_EQ(status->code, 0);
}

TEST_F(Lifecycle, ASecondSigtermEndsItAtOnce) {
  pod.set_handler(never_answer());
  start();
  RawClient running = client();
  running.send(make_request("GET", "x.test", "/running"));
  ASSERT_TRUE(pod.wait_for_requests(1));
  headgate->process().signal(SIGTERM);
  ASSERT_TRUE(draining());
  headgate->process().signal(SIGTERM);
  const auto status = headgate->process().wait();
  ASSERT_TRUE(status);
  EXPECT_EQ(status->signal, 0);
  EXPECT_TRUE(running.closed_by_peer());
}

TEST_F(Lifecycle, TheConfigMapSaysHowLongTheEndMayTake) {
  pod.set_handler(never_answer());
  start_with_settings({{"worker-shutdown-timeout", "1s"}});
  RawClient running = client();
  running.send(make_request("GET", "x.test", "/running"));
  ASSERT_TRUE(pod.wait_for_requests(1));
  headgate->process().signal(SIGTERM);
  EXPECT_TRUE(headgate->process().wait_for_error("waiting up to 1 s for running requests"));
  const auto status = headgate->process().wait();
  ASSERT_TRUE(status) << "it waits as long as the flag says";
  EXPECT_EQ(status->code, 0);
}

TEST_F(Lifecycle, ATimeForTheEndThatIsNoneIsOneFinding) {
  start_with_settings({{"worker-shutdown-timeout", "soon"}});
  EXPECT_TRUE(headgate->wait_for_finding("data.worker-shutdown-timeout: 'soon' is not a time"));
  expect_still_serving();
  headgate->process().signal(SIGTERM);
  EXPECT_TRUE(headgate->process().wait_for_error("waiting up to 240 s for running requests"));
}

TEST_F(Lifecycle, SigintEndsItToo) {
  start();
  headgate->process().signal(SIGINT);
  const auto status = headgate->process().wait();
  ASSERT_TRUE(status);
  EXPECT_EQ(status->code, 0);
}

TEST_F(Lifecycle, TheAccessLogGoesToStandardOutputInNginxFormat) {
  HeadgateOptions options;
  options.access_log.clear();
  start(options);
  EXPECT_EQ(ask(make_request("GET", "x.test", "/log?me=1",
                             "User-Agent: tester \"1\"\r\nReferer: http://r.test/\r\nX-Request-ID: id-1\r\n"))
                .status,
            200);
  EXPECT_EQ(ask(make_request("GET", "nobody.test", "/lost")).status, 404);  // without a line
  headgate->process().signal(SIGTERM);
  ASSERT_TRUE(headgate->process().wait());
  const std::string log = headgate->process().standard_output();
  const std::string upstream = "127\\.0\\.0\\.1:" + std::to_string(pod.port());
  EXPECT_THAT(log,
              testing::ContainsRegex(
                  "127\\.0\\.0\\.1 - - \\[[0-9]{2}/[A-Z][a-z]{2}/[0-9]{4}:[0-9:]{8} \\+0000\\] "
                  "\"GET /log\\?me=1 HTTP/1\\.1\" 200 [0-9]+ \"http://r\\.test/\" \"tester \\\\x221\\\\x22\" "
                  "[0-9]+ [0-9]+\\.[0-9]{3} \\[default-web-80\\] \\[\\] " +
                  upstream + " [0-9]+ [0-9]+\\.[0-9]{3} 200 id-1\n"));
}

TEST_F(Lifecycle, MetricsCountRequestsUnderTheirRoute) {
  start();
  for (int i = 0; i < 5; ++i) headgate->get("x.test", "/");
  headgate->get("nobody.test", "/");
  const HttpResponse page = headgate->admin("/metrics");
  EXPECT_EQ(page.status, 200);
  EXPECT_THAT(page.field("Content-Type").value_or(""), HasSubstr("text/plain"));
  bool counted = false;
  std::string_view text = page.body;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    counted = counted || (line.find("_requests{") != std::string_view::npos &&
                          line.find("ingress=\"web\"") != std::string_view::npos &&
                          line.find("status=\"200\"") != std::string_view::npos && line.ends_with(" 5"));
  }
  EXPECT_TRUE(counted) << page.body.substr(0, 4000);
  EXPECT_EQ(page.body.find("nobody.test"), std::string::npos) << "a client's word became a label";
}

TEST_F(Lifecycle, DebugRoutesShowsTheTable) {
  start();
  const HttpResponse page = headgate->admin("/debug/routes");
  EXPECT_EQ(page.status, 200);
  EXPECT_THAT(page.body,
              AllOf(HasSubstr("x.test"), HasSubstr("default-web-80"), HasSubstr(std::to_string(pod.port()))));
}

TEST(Subcommands, TranslatePrintsTheTableAndTheFindings) {
  ManifestFolder folder;
  folder.write("web.yaml", ingress("web", "x.test", "web") + service_at("web", {{"127.0.0.1", 8080}}));
  const Ended good = run({"translate", folder.path().string()});
  EXPECT_EQ(good.status.code, 0) << good.error;
  EXPECT_THAT(good.output,
              AllOf(HasSubstr("x.test"), HasSubstr("default-web-80"), HasSubstr("127.0.0.1:8080")));
  folder.write("bad.yaml", "kind: [\n");
  const Ended bad = run({"translate", folder.path().string()});
  EXPECT_THAT(bad.output + bad.error, HasSubstr("bad.yaml"));
  EXPECT_THAT(bad.output, HasSubstr("x.test"));
}

TEST(Subcommands, TranslateIsDeterministic) {
  ManifestFolder one, two;
  const std::string a = ingress("a", "a.test", "web"), b = ingress("b", "b.test", "web", "/b"),
                    s = service_at("web", {{"127.0.0.1", 8080}, {"127.0.0.2", 8081}});
  one.write("1.yaml", a + b + s);
  two.write("1.yaml", s);
  two.write("2.yaml", b + a);
  EXPECT_EQ(run({"translate", one.path().string()}).output, run({"translate", two.path().string()}).output);
}

TEST(Subcommands, EchoIsAPod) {
  const PortReservation port;
  ChildProcess child(
      {headgate_binary(), "echo", "--bind", "127.0.0.2:" + std::to_string(port.port()), "--name", "pod-x"});
  HttpResponse response;
  ASSERT_TRUE(eventually([&] {
    try {
      ClientOptions there;
      there.address = "127.0.0.2";
      RawClient one(port.port(), there);
      response = one.exchange(make_request("GET", "x.test", "/hello"));
      return response.status == 200;
    } catch (const std::runtime_error&) {
      return false;
    }
  })) << child.standard_error();
  EXPECT_THAT(response.body, AllOf(HasSubstr("pod-x"), HasSubstr("/hello")));
  child.signal(SIGTERM);
  const auto status = child.wait();
  ASSERT_TRUE(status);
  EXPECT_EQ(status->code, 0);
}

}  // namespace
}  // namespace headgate::test_support
