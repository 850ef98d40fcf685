// h2spec (github.com/summerwind/h2spec): conformance to RFC 7540 and RFC 7541, over TLS and in the clear. It
// is a Go module: built here where Go is present and its modules can be had.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <sstream>

#include "integration/https_pod.h"
#include "support/program.h"

namespace headgate::test_support {
namespace {

using ::testing::IsEmpty;

constexpr const char* kModule = "github.com/summerwind/h2spec/cmd/h2spec@v2.2.1+incompatible";
constexpr int kCases = 145;  // of generic, http2 and hpack
constexpr std::chrono::minutes kBuildWithin{4};
constexpr std::chrono::minutes kRunWithin{4};  // a case that waits in vain takes 2 s

// The program, built at the first call; empty where that cannot be.
const std::string& h2spec() {
  static const std::string path = [] {
    const std::string folder = HEADGATE_TEST_TOOLS;
    std::string built = folder + "/h2spec";
    if (std::filesystem::exists(built)) return built;
    const std::string go = program("go");
    if (go.empty()) {
      say_not_tested("go is missing, h2spec was not run");
      return std::string();
    }
    ChildProcess build({"/usr/bin/env", "GOBIN=" + folder, go, "install", kModule});
    const auto status = build.wait(kBuildWithin);
    if (status && status->code == 0) return built;
    say_not_tested("h2spec could not be built");
    std::fputs(build.standard_error().c_str(), stdout);
    return std::string();
  }();
  return path;
}

// How many of each kind, and the lines that begin with a cross below "Failures:".
struct Verdict {
  int cases = 0;
  int passed = 0;
  std::vector<std::string> failures;
};

Verdict verdict_of(const std::string& output) {
  Verdict verdict;
  std::istringstream lines(output.substr(std::min(output.size(), output.rfind("\nFinished in "))));
  for (std::string line; std::getline(lines, line);)
    std::sscanf(line.c_str(), "%d tests, %d passed", &verdict.cases, &verdict.passed);
  std::istringstream crosses(output.substr(std::min(output.size(), output.find("Failures:"))));
  for (std::string line; std::getline(crosses, line);)
    if (const std::size_t cross = line.find("\u00d7 "); cross != std::string::npos)
      verdict.failures.push_back(line.substr(line.find(": ", cross) + 2));
  return verdict;
}

class H2Spec : public HttpsPod {
 protected:
  // Every case passes; `spared`, where not empty, is one that may fail.
  void expect_all_pass(std::uint16_t port, bool over_tls, const std::string& spared = "") {
    std::vector<std::string> command{h2spec(), "-h", "127.0.0.1", "-p", std::to_string(port)};
    if (over_tls) command.insert(command.end(), {"-t", "-k"});
    command.insert(command.end(), {"generic", "http2", "hpack"});
    const auto began = std::chrono::steady_clock::now();
    ChildProcess run(command);
    ASSERT_TRUE(run.wait(kRunWithin)) << "h2spec did not end:\n" << run.standard_output();
    const std::string output = run.standard_output() + run.standard_error();
    Verdict verdict = verdict_of(output);
    std::printf("%d of %d cases passed in %.1f s\n", verdict.passed, verdict.cases,
                std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count());
    EXPECT_EQ(verdict.passed + static_cast<int>(verdict.failures.size()), verdict.cases) << output;
    verdict.failures.erase(std::remove(verdict.failures.begin(), verdict.failures.end(), spared),
                           verdict.failures.end());
    EXPECT_GE(verdict.cases, kCases) << output;
    EXPECT_THAT(verdict.failures, IsEmpty()) << output;
    EXPECT_TRUE(headgate->is_running());
  }

  void SetUp() override {
    if (h2spec().empty()) GTEST_SKIP() << "no h2spec";
    // An answer before the request's end makes us reset the stream; what the client then sends on it is
    // rightly ignored, where h2spec waits for an error.
    pod.set_handler([](BackendExchange& exchange) {
      exchange.read_body();
      exchange.respond_with_echo();
    });
    IngressSpec everything;  // h2spec asks for 127.0.0.1
    everything.name = "everything";
    everything.default_service = "web";
    start({{"ssl-redirect", "false"}}, {}, ingress(everything));
  }
};

TEST_F(H2Spec, EveryCasePassesOverTls) { expect_all_pass(headgate->https_port(), true); }

// The plain port speaks HTTP/1.1 as well, so there what is no preface is a bad request line and gets a 400.
// h2spec may take the answer for a broken frame.
TEST_F(H2Spec, EveryCasePassesInTheClear) {
  expect_all_pass(headgate->http_port(), false, "Sends invalid connection preface");
  RawClient wire(headgate->http_port());
  EXPECT_EQ(wire.exchange("INVALID CONNECTION PREFACE\r\n\r\n").status, 400);
  EXPECT_TRUE(wire.closed_by_peer());
}

}  // namespace
}  // namespace headgate::test_support
