#include "app/command_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace headgate::app {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Result<CommandLine> parse(std::vector<std::string_view> words) { return parse_command_line(words); }

Flags flags_of(std::vector<std::string_view> words) {
  const Result<CommandLine> line = parse(std::move(words));
  EXPECT_TRUE(line) << line.error().message;
  return line ? line->flags : Flags();
}

std::string error_of(std::vector<std::string_view> words) {
  const Result<CommandLine> line = parse(std::move(words));
  return line ? "no error" : line.error().message;
}

TEST(CommandLine, TakesValuesAfterEqualsOrBlank) {
  EXPECT_EQ(flags_of({"--http-port=8080"}).http_port, 8080);
  EXPECT_EQ(flags_of({"--http-port", "8080"}).http_port, 8080);
  EXPECT_EQ(flags_of({"-http-port=8080"}).http_port, 8080);
  EXPECT_EQ(flags_of({"--ingress-class=a=b"}).ingress_class, "a=b");
}

TEST(CommandLine, WithoutWordsIsTheDefaults) { EXPECT_EQ(flags_of({}), Flags()); }

TEST(CommandLine, ReadsEveryFlagOfItsOwn) {
  const Flags flags = flags_of({"--manifests=a",
                                "--manifests",
                                "b",
                                "--ingress-class=c",
                                "--controller-class=d",
                                "--ingress-class-by-name",
                                "--watch-ingress-without-class=true",
                                "--watch-namespace=e",
                                "--watch-namespace-selector=",
                                "--disable-catch-all",
                                "--configmap=f/g",
                                "--default-backend-service=h/i",
                                "--annotations-prefix=j",
                                "--bind-address=127.0.0.1,[::1]",
                                "--bind-address=127.0.0.2",
                                "--http-port=1",
                                "--https-port=0",
                                "--healthz-port=3",
                                "--healthz-host=127.0.0.9",
                                "--validating-webhook=[::1]:7",
                                "--validating-webhook-certificate=k",
                                "--validating-webhook-key=l",
                                "--workers=4",
                                "--access-log-path=off",
                                "-v=3",
                                "--shutdown-grace-period=5",
                                "--worker-shutdown-timeout=6"});
  Flags expected;
  expected.manifests = {"a", "b"};
  expected.ingress_class = "c";
  expected.controller_class = "d";
  expected.ingress_class_by_name = true;
  expected.watch_ingress_without_class = true;
  expected.watch_namespace = "e";
  expected.disable_catch_all = true;
  expected.configmap = "f/g";
  expected.default_backend_service = "h/i";
  expected.annotations_prefix = "j";
  expected.bind_addresses = {"127.0.0.1", "::1", "127.0.0.2"};
  expected.http_port = 1;
  expected.https_port = 0;
  expected.healthz_port = 3;
  expected.healthz_host = "127.0.0.9";
  expected.webhook_ip = "::1";
  expected.webhook_port = 7;
  expected.webhook_certificate = "k";
  expected.webhook_key = "l";
  expected.workers = 4;
  expected.access_log_path = "off";
  expected.verbosity = 3;
  expected.shutdown_grace_period = std::chrono::seconds(5);
  expected.worker_shutdown_timeout = std::chrono::seconds(6);
  EXPECT_EQ(flags, expected);
}

TEST(CommandLine, TheWebhookListensOnAllAddressesOrOnOne) {
  EXPECT_EQ(flags_of({"--validating-webhook=:8443"}).webhook_port, 8443);
  EXPECT_EQ(flags_of({"--validating-webhook=:8443"}).webhook_ip, "");
  EXPECT_EQ(flags_of({"--validating-webhook=10.0.0.1:8443"}).webhook_ip, "10.0.0.1");
  EXPECT_EQ(flags_of({"--validating-webhook="}), Flags());
  EXPECT_EQ(flags_of({"--validating-webhook=10.0.0.1:8443", "--validating-webhook="}), Flags());
}

TEST(CommandLine, SwitchesTakeTheirValueOnlyAfterEquals) {
  EXPECT_TRUE(flags_of({"--ingress-class-by-name"}).ingress_class_by_name);
  EXPECT_FALSE(flags_of({"--ingress-class-by-name=false"}).ingress_class_by_name);
  EXPECT_EQ(error_of({"--ingress-class-by-name=perhaps"}),
            "flag --ingress-class-by-name: expected true or false, not 'perhaps'");
  const Result<CommandLine> line = parse({"--ingress-class-by-name", "false"});
  ASSERT_TRUE(line);
  EXPECT_TRUE(line->flags.ingress_class_by_name);
  EXPECT_THAT(line->arguments, ElementsAre("false"));
}

TEST(CommandLine, TakesTheLogLevelInEveryForm) {
  for (const std::vector<std::string_view>& words :
       std::vector<std::vector<std::string_view>>{{"-v=3"}, {"-v3"}, {"-v", "3"}, {"--v=3"}, {"--v", "3"}})
    EXPECT_EQ(flags_of(words).verbosity, 3);
}

TEST(CommandLine, TheLastOfTwoValuesCounts) {
  EXPECT_EQ(flags_of({"--http-port=1", "--http-port=2"}).http_port, 2);
}

struct ErrorCase {
  std::vector<std::string_view> words;
  std::string message;
};

TEST(CommandLine, EveryErrorNamesTheFlagAndWhatIsExpected) {
  const std::vector<ErrorCase> cases = {
      {{"--http-port"}, "flag --http-port needs a value: --http-port=PORT"},
      {{"--http-port="}, "flag --http-port: expected a number from 1 to 65535, not ''"},
      {{"--http-port=0"}, "flag --http-port: expected a number from 1 to 65535, not '0'"},
      {{"--http-port=65536"}, "flag --http-port: expected a number from 1 to 65535, not '65536'"},
      {{"--http-port=80x"}, "flag --http-port: expected a number from 1 to 65535, not '80x'"},
      {{"--http-port=+80"}, "flag --http-port: expected a number from 1 to 65535, not '+80'"},
      {{"--https-port=-1"}, "flag --https-port: expected a number from 0 to 65535, not '-1'"},
      {{"--workers=257"}, "flag --workers: expected a number from 0 to 256, not '257'"},
      {{"--bind-address=localhost"}, "flag --bind-address: expected an IP address, not 'localhost'"},
      {{"--bind-address=127.0.0.1,"}, "flag --bind-address: expected an IP address, not ''"},
      {{"--healthz-host=x"}, "flag --healthz-host: expected an IP address, not 'x'"},
      {{"--configmap=x"}, "flag --configmap: expected namespace/name, not 'x'"},
      {{"--configmap=a/b/c"}, "flag --configmap: expected namespace/name, not 'a/b/c'"},
      {{"--default-backend-service=/x"}, "flag --default-backend-service: expected namespace/name, not '/x'"},
      {{"--ingress-class="}, "flag --ingress-class: expected a value, not nothing"},
      {{"--manifests="}, "flag --manifests: expected a path, not nothing"},
      {{"--shutdown-grace-period=5s"},
       "flag --shutdown-grace-period: expected a number from 0 to 86400, not '5s'"},
      {{"-v=11"}, "flag -v: expected a number from 0 to 10, not '11'"},
      {{"-v"}, "flag -v needs a value: -v=LEVEL"},
      {{"--watch-namespace=a_b"}, "flag --watch-namespace: expected the name of a namespace, not 'a_b'"},
      {{"--watch-namespace-selector=team=a"},
       "flag --watch-namespace-selector: not supported yet, and without it the Ingresses of all namespaces "
       "would be taken"},
      {{"--validating-webhook=8443"}, "flag --validating-webhook: expected :PORT or IP:PORT, not '8443'"},
      {{"--validating-webhook=:0"}, "flag --validating-webhook: expected a number from 1 to 65535, not '0'"},
      {{"--validating-webhook=name:1"}, "flag --validating-webhook: expected an IP address, not 'name'"},
      {{"--validating-webhook=::1:8443"},
       "flag --validating-webhook: expected brackets round an IPv6 address, as in [::1]:8443, not "
       "'::1:8443'"},
      {{"--htttp-port=1"}, "unknown flag --htttp-port; did you mean --http-port?"},
      {{"--watch-namespaces=x"}, "unknown flag --watch-namespaces; did you mean --watch-namespace?"},
      {{"--qqqqqqqqqqqqqqqqqqqq"}, "unknown flag --qqqqqqqqqqqqqqqqqqqq"},
  };
  for (const ErrorCase& c : cases) EXPECT_EQ(error_of(c.words), c.message);
}

TEST(CommandLine, TakesFlagsOfIngressNginxWithOneWarningEach) {
  const Result<CommandLine> line =
      parse({"--election-id=x", "--election-id", "y", "--update-status=false", "--enable-metrics",
             "--publish-service", "ns/svc", "--log_dir=/tmp"});
  ASSERT_TRUE(line) << line.error().message;
  EXPECT_EQ(line->flags, Flags());
  EXPECT_THAT(line->arguments, IsEmpty());
  EXPECT_THAT(line->warnings,
              ElementsAre("flag --election-id: accepted for compatibility, no effect (yet)",
                          "flag --update-status: accepted for compatibility, no effect (yet)",
                          "flag --enable-metrics: accepted for compatibility, no effect (yet)",
                          "flag --publish-service: accepted for compatibility, no effect (yet)",
                          "flag --log-dir: accepted for compatibility, no effect (yet)"));
}

TEST(CommandLine, TellsHelpAndVersion) {
  EXPECT_TRUE(parse({"-h"})->help);
  EXPECT_TRUE(parse({"--help"})->help);
  EXPECT_FALSE(parse({"--help=false"})->help);
  EXPECT_TRUE(parse({"--version"})->version);
  EXPECT_FALSE(parse({})->version);
}

TEST(CommandLine, KeepsWhatIsNotAFlag) {
  EXPECT_THAT(parse({"a", "--http-port=1", "b", "-", "--", "--c"})->arguments,
              ElementsAre("a", "b", "-", "--c"));
}

}  // namespace
}  // namespace headgate::app
