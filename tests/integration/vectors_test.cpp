// The hostile message vectors of tests/vectors, played against the binary by their own driver: malformed
// requests, and malformed answers of pods.
#include <gtest/gtest.h>

#include <cstdio>

#include "support/child_process.h"
#include "support/full_run.h"
#include "support/headgate_process.h"
#include "support/manifests.h"
#include "support/program.h"

namespace headgate::test_support {
namespace {

constexpr double kLeast = 0.95;  // of the vectors; the goal is all of them

// Of the driver's closing line "N passed, M failed".
struct Score {
  int passed = -1;
  int failed = -1;
};
Score score_of(const std::string& output) {
  Score score;
  const std::size_t line = output.rfind('\n', output.size() - 2);
  std::sscanf(output.c_str() + (line == std::string::npos ? 0 : line + 1), "%d passed, %d failed",
              &score.passed, &score.failed);
  return score;
}

void play(const std::vector<std::string>& options, bool over_tls = false) {
  const std::string interpreter = program("python3");
  if (interpreter.empty()) {
    say_not_tested("python3 is missing, the hostile vectors were not played");
    GTEST_SKIP() << "python3 is missing";
  }
  const PortReservation pods(2);
  ManifestFolder folder;
  IngressSpec everything;
  everything.name = "everything";
  everything.rules = {{"", {{"/", "Prefix", "garden", "80"}, {"/priv", "Prefix", "private", "80"}}}};
  folder.write("vectors.yaml", ingress(everything) + service_at("garden", {{"127.0.0.1", pods.port(0)}}) +
                                   service_at("private", {{"127.0.0.1", pods.port(1)}}));
  HeadgateOptions https;
  https.https = over_tls;
  HeadgateProcess headgate(folder, https);
  std::vector<std::string> command{
      interpreter,      HEADGATE_VECTORS "/h1_vectors.py",
      "127.0.0.1",      std::to_string(over_tls ? headgate.https_port() : headgate.http_port()),
      "--backend-port", std::to_string(pods.port(0))};
  if (over_tls) command.push_back("--tls");
  command.insert(command.end(), options.begin(), options.end());
  ChildProcess driver(command);
  const auto status = driver.wait(std::chrono::minutes(4));
  ASSERT_TRUE(status) << "the driver did not end:\n" << driver.standard_output();
  const Score score = score_of(driver.standard_output());
  std::fputs(driver.standard_output().c_str(), stdout);
  ASSERT_GT(score.passed, 0) << driver.standard_output() << driver.standard_error();
  EXPECT_GE(score.passed, kLeast * (score.passed + score.failed)) << driver.standard_output();
  EXPECT_EQ(driver.standard_output().find("dirty"), std::string::npos) << "malformed bytes reached a pod";
  EXPECT_EQ(driver.standard_output().find("poison"), std::string::npos) << "a client got another's answer";
  EXPECT_TRUE(headgate.is_running());
}

TEST(Vectors, MalformedRequestsAreJudgedRight) { play({"--priv"}); }

// Where TLS could make a difference: lengths, ends and order. HEADGATE_FULL=1: all of them (but two that say
// what the scheme of a plain port is).
TEST(Vectors, MalformedRequestsAreJudgedRightOverTls) {
  std::vector<std::string> options{"--priv"};
  if (!is_full_run())
    options.insert(options.end(),
                   {"--only", "content-length,transfer-encoding,chunk,trailer,pipeline,desync"});
  play(options, true);
}

TEST(Vectors, MalformedAnswersOfPodsAreJudgedRight) { play({"--responses"}); }

}  // namespace
}  // namespace headgate::test_support
