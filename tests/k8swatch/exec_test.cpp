// Credential plugins: what is said to them, how they are run, and when.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/eventfd.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "base/log.h"
#include "k8swatch/api_client_fixture.h"
#include "k8swatch/exec_command.h"
#include "k8swatch/exec_credential.h"
#include "k8swatch/exec_runner.h"
#include "support/file_descriptor.h"
#include "support/temp_dir.h"

namespace headgate::k8swatch {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
using namespace std::chrono_literals;

constexpr const char* kV1 = "client.authentication.k8s.io/v1";

std::string credential(const std::string& status, const std::string& version = kV1) {
  return R"({"kind":"ExecCredential","apiVersion":")" + version + R"(","status":)" + status + "}";
}

ExecCommand shell(const std::string& script) {
  ExecCommand command;
  command.program = "sh";
  command.arguments = {"-c", script};
  return command;
}

TEST(ExecCredential, TakesATokenOrACertificate) {
  const auto token = parse_exec_credential(credential(R"({"token":"t"})"), kV1);
  ASSERT_TRUE(token) << token.error().message;
  EXPECT_EQ(token->token, "t");
  EXPECT_FALSE(token->expires_at);
  const auto pair = parse_exec_credential(
      credential(
          R"({"clientCertificateData":"C","clientKeyData":"K","expirationTimestamp":"2026-01-02T03:04:05Z"})"),
      kV1);
  ASSERT_TRUE(pair) << pair.error().message;
  EXPECT_EQ(pair->certificate, "C");
  EXPECT_EQ(pair->key, "K");
  EXPECT_EQ(pair->expires_at, 1767323045);
}

TEST(ExecCredential, RefusesEverythingElse) {
  for (const std::string& text :
       {std::string(), std::string("not json"), std::string("[]"), credential("{}"), credential("null"),
        credential(R"({"token":""})"), credential(R"({"token":7})"), credential(R"({"clientKeyData":"K"})"),
        credential(R"({"token":"t"})", "client.authentication.k8s.io/v1beta1"),
        credential(R"({"token":"secret","expirationTimestamp":"tomorrow"})"),
        std::string(R"({"kind":"Pod","apiVersion":")") + kV1 + R"(","status":{"token":"t"}})"}) {
    const auto parsed = parse_exec_credential(text, kV1);
    ASSERT_FALSE(parsed) << text;
    EXPECT_THAT(parsed.error().message, Not(HasSubstr("secret")));
  }
}

TEST(ExecInfo, TellsOfTheClusterWhenAsked) {
  EXPECT_EQ(
      exec_info(kV1, ""),
      R"({"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","spec":{"interactive":false}})");
  ApiTarget target;
  target.server = "https://k\"";
  target.server_name = "n";
  target.exec_config = R"({"a":1})";
  target.exec.emplace();
  EXPECT_EQ(exec_cluster(target, "CA"), "");
  target.exec->provide_cluster_info = true;
  EXPECT_EQ(
      exec_cluster(target, "CA"),
      R"({"server":"https://k\"","tls-server-name":"n","certificate-authority-data":"Q0E=","config":{"a":1}})");
  EXPECT_EQ(
      exec_info(kV1, "{}"),
      R"({"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","spec":{"interactive":false,"cluster":{}}})");
}

TEST(ExecCommand, GivesWhatIsPrinted) {
  ExecCommand command = shell("printf '%s|' \"$0\" \"$NAME\"; cat");
  command.arguments.push_back("zero");
  command.environment = {{"NAME", "value"}};
  EXPECT_EQ(*run_command(command, -1), "zero|value|");
}

TEST(ExecCommand, ReplacesVariablesOfOurOwn) {
  ExecCommand command = shell("env | grep -c '^PATH='; echo $PATH");
  command.environment = {{"PATH", "/usr/bin:/bin"}};
  EXPECT_EQ(*run_command(command, -1), "1\n/usr/bin:/bin\n");
}

TEST(ExecCommand, InheritsNoDescriptor) {
  const test_support::FileDescriptor open(::eventfd(0, 0));  // as Asio's sockets: without close-on-exec
  EXPECT_EQ(*run_command(shell("ls /proc/self/fd | wc -l"), -1), "4\n") << "three, and ls reading the folder";
}

TEST(ExecCommand, TellsHowItFailed) {
  EXPECT_EQ(run_command(shell("echo first >&2; echo 'no luck' >&2; exit 3"), -1).error().message,
            "sh ended with status 3");
  EXPECT_EQ(run_command(shell("kill -9 $$"), -1).error().message, "sh was ended by signal 9");
  ExecCommand missing;
  missing.program = "/no/such/program";
  EXPECT_EQ(run_command(missing, -1).error().message,
            "/no/such/program cannot be run: No such file or directory");
}

TEST(ExecCommand, ItsWordsAreForDebuggingOnly) {
  const auto log_of_failure = [](log::Level level) {
    log::set_level(level);
    testing::internal::CaptureStderr();
    EXPECT_FALSE(run_command(shell("echo secret-token >&2; exit 3"), -1));
    log::set_level(log::Level::info);
    return testing::internal::GetCapturedStderr();
  };
  EXPECT_EQ(log_of_failure(log::Level::info), "");
  EXPECT_THAT(log_of_failure(log::Level::debug), HasSubstr("sh said at last: secret-token"));
}

TEST(ExecCommand, IsBoundedInTimeAndSize) {
  ExecCommand slow = shell("exec tail -f /dev/null");
  slow.patience = 100ms;
  EXPECT_EQ(run_command(slow, -1).error().message, "sh took longer than 100 ms");
  ExecCommand loud = shell("exec yes");
  loud.most_bytes = 1000;
  EXPECT_EQ(run_command(loud, -1).error().message, "sh printed more than 1000 bytes");
  ExecCommand complaining = shell("yes >&2");
  complaining.patience = 200ms;
  EXPECT_EQ(run_command(complaining, -1).error().message, "sh took longer than 200 ms");
}

TEST(ExecCommand, DoesNotWaitForWhatTheProgramLeavesBehind) {
  EXPECT_EQ(*run_command(shell("tail -f /dev/null & echo done"), -1), "done\n");
}

TEST(ExecCommand, StopsWhenTold) {
  const test_support::FileDescriptor stop(::eventfd(0, EFD_CLOEXEC));
  std::thread later([&] {
    ::poll(nullptr, 0, 50);
    ::eventfd_write(stop.get(), 1);
  });
  EXPECT_EQ(run_command(shell("exec tail -f /dev/null"), stop.get()).error().message, "sh was given up");
  later.join();
}

// A plugin that counts how often it ran.
class ExecRunnerTest : public testing::Test {
 protected:
  // `status` is the JSON that is printed; "$n" in it is the number of the run.
  std::unique_ptr<ExecRunner> runner(const std::string& script) {
    ExecPlugin plugin;
    plugin.api_version = kV1;
    plugin.command = "sh";
    plugin.install_hint = "install it";
    plugin.arguments = {"-c", "echo x >> '" + count_ + "'; n=$(wc -l < '" + count_ + "'); " + script};
    return std::make_unique<ExecRunner>(
        plugin, [] { return std::string(); }, queue_.post());
  }
  static std::string print(const std::string& status) {
    return R"(echo "{\"kind\":\"ExecCredential\",\"apiVersion\":\"client.authentication.k8s.io/v1\",\"status\":)" +
           status + "}\"";
  }
  Result<ExecCredential> ask(ExecRunner& runner) {
    std::optional<Result<ExecCredential>> got;
    runner.get([&](const Result<ExecCredential>& outcome) { got = outcome; });
    EXPECT_TRUE(queue_.run_until([&] { return got.has_value(); }));
    return *got;
  }

  const test_support::TempDir folder_;
  const std::string count_ = folder_.path() / "count";
  ControlQueue queue_;
};

TEST_F(ExecRunnerTest, RunsOnceAndKeepsTheAnswer) {
  const auto runner = this->runner(print(R"({\"token\":\"t$n\"})"));
  EXPECT_EQ(ask(*runner)->token, "t1");
  EXPECT_EQ(ask(*runner)->token, "t1");
  runner->forget();
  EXPECT_EQ(ask(*runner)->token, "t2");
}

TEST_F(ExecRunnerTest, RunsOnceForAllThatWait) {
  const auto runner = this->runner(print(R"({\"token\":\"t$n\"})"));
  int answers = 0;
  for (int i = 0; i < 8; ++i)
    runner->get([&](const Result<ExecCredential>& got) {
      EXPECT_EQ(got->token, "t1");
      ++answers;
    });
  EXPECT_EQ(answers, 0);
  EXPECT_TRUE(queue_.run_until([&] { return answers == 8; }));
}

TEST_F(ExecRunnerTest, KeepsTheAnswerUntilItExpires) {
  const auto fresh = runner(print(R"({\"token\":\"t$n\",\"expirationTimestamp\":\"2199-01-01T00:00:00Z\"})"));
  EXPECT_EQ(ask(*fresh)->token, "t1");
  EXPECT_EQ(ask(*fresh)->token, "t1");
  const auto stale = runner(print(R"({\"token\":\"t$n\",\"expirationTimestamp\":\"2001-01-01T00:00:00Z\"})"));
  EXPECT_THAT(ask(*stale).error().message, HasSubstr("has expired"));
}

TEST_F(ExecRunnerTest, AFailureRestsAWhile) {
  const auto runner = this->runner("echo broken >&2; exit 1");
  EXPECT_EQ(ask(*runner).error().message, "exec plugin sh ended with status 1 (install it)");
  EXPECT_EQ(ask(*runner).error().message, "exec plugin sh ended with status 1 (install it)");
  EXPECT_EQ(std::filesystem::file_size(count_), 2U) << "one run";
}

TEST_F(ExecRunnerTest, EndsAPluginThatStillRuns) {
  auto runner = this->runner("exec tail -f /dev/null");
  runner->get([](const Result<ExecCredential>&) { ADD_FAILURE() << "called"; });
  EXPECT_TRUE(test_support::eventually([&] { return std::filesystem::exists(count_); }));
  runner.reset();
  queue_.run_pending();
}

TEST_F(ExecRunnerTest, AnAnswerOnItsWayIsDroppedWithTheRunner) {
  auto runner = this->runner(print(R"({\"token\":\"t\"})"));
  runner->get([](const Result<ExecCredential>&) { ADD_FAILURE() << "called"; });
  EXPECT_TRUE(test_support::eventually([&] { return queue_.has_pending(); }));
  runner.reset();
  queue_.run_pending();
}

}  // namespace
}  // namespace headgate::k8swatch
