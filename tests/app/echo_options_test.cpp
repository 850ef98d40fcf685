#include "app/echo_options.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace headgate::app {
namespace {

Result<EchoOptions> parse(std::vector<std::string_view> words,
                          std::map<std::string, const char*> environment = {}) {
  return parse_echo_options(words, [&](const char* name) -> const char* {
    const auto found = environment.find(name);
    return found == environment.end() ? nullptr : found->second;
  });
}

std::string error_of(std::vector<std::string_view> words) {
  const Result<EchoOptions> options = parse(std::move(words));
  return options ? "no error" : options.error().message;
}

TEST(EchoOptions, HasDefaults) {
  const Result<EchoOptions> options = parse({});
  ASSERT_TRUE(options);
  EXPECT_EQ(options->bind.to_string(), "127.0.0.1:8080");
  EXPECT_EQ(options->name, "echo");
}

TEST(EchoOptions, TakesFlagsBeforeTheEnvironment) {
  const Result<EchoOptions> options =
      parse({"--bind", "[::1]:81", "--name=pod-a"},
            {{"POD_NAME", "ignored"}, {"NAMESPACE", "n"}, {"INGRESS_NAME", "i"}, {"SERVICE_NAME", "s"}});
  ASSERT_TRUE(options);
  EXPECT_EQ(options->bind.to_string(), "[::1]:81");
  EXPECT_EQ(options->name, "pod-a");
  EXPECT_EQ(options->namespace_name, "n");
  EXPECT_EQ(options->ingress, "i");
  EXPECT_EQ(options->service, "s");
}

TEST(EchoOptions, NamesWhatIsWrong) {
  EXPECT_EQ(error_of({"--bind"}), "--bind needs a value");
  EXPECT_EQ(error_of({"--bind=8080"}), "--bind: expected IP:PORT, not '8080'");
  EXPECT_EQ(error_of({"--bind=127.0.0.1:x"}), "--bind: not a port: 'x'");
  EXPECT_EQ(error_of({"--bind=127.0.0.1:65536"}), "--bind: not a port: '65536'");
  EXPECT_EQ(error_of({"--bind=host:80"}), "--bind: not an IP address: 'host'");
  EXPECT_EQ(error_of({"--frobnicate=1"}), "unknown flag --frobnicate");
  EXPECT_EQ(error_of({"--name=a\r\nb"}), "--name: not a name");
}

}  // namespace
}  // namespace headgate::app
