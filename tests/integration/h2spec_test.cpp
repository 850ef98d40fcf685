// h2spec (github.com/summerwind/h2spec): conformance to RFC 7540 and RFC 7541, over TLS and in the clear. It
// is a Go module: built here where Go is present and its modules can be had.
#include <gtest/gtest.h>

#include <chrono>
#include <cstdio>
#include <filesystem>

#include "integration/https_pod.h"
#include "support/program.h"

namespace headgate::test_support {
namespace {

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

class H2Spec : public HttpsPod {
 protected:
  void expect_all_cases_pass(std::uint16_t port, bool over_tls) {
    std::vector<std::string> command{h2spec(), "-h", "127.0.0.1", "-p", std::to_string(port)};
    if (over_tls) command.insert(command.end(), {"-t", "-k"});
    command.insert(command.end(), {"generic", "http2", "hpack"});
    const auto began = std::chrono::steady_clock::now();
    ChildProcess run(command);
    const auto status = run.wait(kRunWithin);
    const std::string output = run.standard_output();
    ASSERT_TRUE(status) << "h2spec did not end:\n" << output;
    int cases = 0;
    int passed = 0;
    int skipped = 0;
    const std::size_t line = output.rfind('\n', output.size() - 2);
    ASSERT_NE(line, std::string::npos) << output << run.standard_error();
    std::sscanf(output.c_str() + line + 1, "%d tests, %d passed, %d skipped", &cases, &passed, &skipped);
    EXPECT_EQ(passed, cases) << output;
    EXPECT_GE(cases, kCases) << output;
    EXPECT_EQ(status->code, 0);
    std::printf("%s in %.1f s\n", output.substr(line + 1).c_str(),
                std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count());
    EXPECT_TRUE(headgate->is_running());
  }

  void SetUp() override {
    if (h2spec().empty()) GTEST_SKIP() << "no h2spec";
    IngressSpec everything;  // h2spec asks for 127.0.0.1
    everything.name = "everything";
    everything.default_service = "web";
    start({{"ssl-redirect", "false"}}, {}, ingress(everything));
  }
};

TEST_F(H2Spec, EveryCasePassesOverTls) { expect_all_cases_pass(headgate->https_port(), true); }

TEST_F(H2Spec, EveryCasePassesInTheClear) { expect_all_cases_pass(headgate->http_port(), false); }

}  // namespace
}  // namespace headgate::test_support
