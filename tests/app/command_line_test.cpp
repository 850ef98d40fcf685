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
                                "--watch-namespace-selector=team in (k,l)",
                                "--kubeconfig=m",
                                "--apiserver-host=https://n:6443",
                                "--certificate-authority=o",
                                "--snapshot-dir=p",
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
                                "--request-buffer-dir=q",
                                "--request-buffer-memory=1m",
                                "--request-buffer-disk=0",
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
  expected.watch_namespace_selector = "team in (k,l)";
  expected.kubeconfig = "m";
  expected.apiserver_host = "https://n:6443";
  expected.certificate_authority = "o";
  expected.snapshot_dir = "p";
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
  expected.request_buffer_dir = "q";
  expected.request_buffer_memory = 1 << 20;
  expected.request_buffer_disk = 0;
  expected.access_log_path = "off";
  expected.verbosity = 3;
  expected.shutdown_grace_period = std::chrono::seconds(5);
  expected.worker_shutdown_timeout = std::chrono::seconds(6);
  EXPECT_EQ(flags, expected);
}

TEST(CommandLine, ReadsWhereHeadgateRuns) {
  const Flags flags = flags_of({"--enable-topology-aware-routing", "--node-name=n1", "--zone", "z1"});
  EXPECT_TRUE(flags.enable_topology_aware_routing);
  EXPECT_EQ(flags.node_name, "n1");
  EXPECT_EQ(flags.zone, "z1");
  EXPECT_TRUE(flags_of({"--disable-svc-external-name"}).disable_svc_external_name);
}

TEST(CommandLine, TakesAListOfDnsServers) {
  for (const char* list : {"10.0.0.10", "10.0.0.10:5353", "fd00::a", "[fd00::a]:53,10.0.0.10", "[fd00::a]"})
    EXPECT_EQ(flags_of({"--resolver", list}).resolver, list);
  EXPECT_EQ(flags_of({"--resolver="}).resolver, "");
  for (const char* list : {"dns.example.org", "10.0.0.10:0", "10.0.0.10:65536", "10.0.0.10,", ",10.0.0.10",
                           "10.0.0", "[fd00::a]:x", "10.0.0.10 10.0.0.11"})
    EXPECT_THAT(error_of({"--resolver", list}), HasSubstr("--resolver")) << list;
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
      {{"--default-ssl-certificate=a b/c"},
       "flag --default-ssl-certificate: expected namespace/name, not 'a b/c'"},
      {{"--default-ssl-certificate=a/B"},
       "flag --default-ssl-certificate: expected namespace/name, not 'a/B'"},
      {{"--configmap=a/b/c"}, "flag --configmap: expected namespace/name, not 'a/b/c'"},
      {{"--default-backend-service=/x"}, "flag --default-backend-service: expected namespace/name, not '/x'"},
      {{"--ingress-class="}, "flag --ingress-class: expected a value, not nothing"},
      {{"--manifests="}, "flag --manifests: expected a path, not nothing"},
      {{"--shutdown-grace-period=5s"},
       "flag --shutdown-grace-period: expected a number from 0 to 86400, not '5s'"},
      {{"--publish-service=svc"}, "flag --publish-service: expected namespace/name, not 'svc'"},
      {{"--publish-status-address=192.0.2.1,a_b"},
       "flag --publish-status-address: expected IP addresses and host names, not 'a_b'"},
      {{"--publish-status-address=192.0.2.1,"},
       "flag --publish-status-address: expected IP addresses and host names, not ''"},
      {{"--status-update-interval=0"},
       "flag --status-update-interval: expected a number from 1 to 86400, not '0'"},
      {{"--election-id=A"}, "flag --election-id: expected the name of a Lease, not 'A'"},
      {{"--election-ttl=0s"}, "flag --election-ttl: expected a time from 1s to 1h, not '0s'"},
      {{"--election-ttl=soon"}, "flag --election-ttl: expected a time from 1s to 1h, not 'soon'"},
      {{"--disable-leader-election=no"}, "flag --disable-leader-election: expected true or false, not 'no'"},
      {{"-v=11"}, "flag -v: expected a number from 0 to 10, not '11'"},
      {{"-v"}, "flag -v needs a value: -v=LEVEL"},
      {{"--watch-namespace=a_b"}, "flag --watch-namespace: expected the name of a namespace, not 'a_b'"},
      {{"--watch-namespace-selector=team in a"},
       "flag --watch-namespace-selector: 'team in a': expected a list in parentheses"},
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

TEST(CommandLine, ReadsWhatIsWrittenToTheApiServer) {
  const Result<CommandLine> line =
      parse({"--publish-status-address=192.0.2.1, lb.example.com", "--publish-status-address=2001:db8::1",
             "--election-ttl=1m30s", "--disable-leader-election", "--disable-sync-events=true",
             "--update-status=false", "--status-update-interval=5"});
  ASSERT_TRUE(line) << line.error().message;
  EXPECT_THAT(line->flags.publish_status_address, ElementsAre("192.0.2.1", "lb.example.com", "2001:db8::1"));
  EXPECT_EQ(line->flags.election_ttl, std::chrono::seconds(90));
  EXPECT_FALSE(line->flags.leader_election);
  EXPECT_FALSE(line->flags.sync_events);
  EXPECT_FALSE(line->flags.update_status);
  EXPECT_EQ(line->flags.status_update_interval, std::chrono::seconds(5));
}

TEST(CommandLine, TakesFlagsOfIngressNginxWithOneWarningEach) {
  const Result<CommandLine> line =
      parse({"--sync-period=x", "--sync-period", "y", "--deep-inspect=false", "--enable-metrics",
             "--tcp-services-configmap", "ns/map", "--log_dir=/tmp"});
  ASSERT_TRUE(line) << line.error().message;
  EXPECT_EQ(line->flags, Flags());
  EXPECT_THAT(line->arguments, IsEmpty());
  EXPECT_THAT(line->warnings,
              ElementsAre("flag --sync-period: accepted for compatibility, no effect (yet)",
                          "flag --deep-inspect: accepted for compatibility, no effect (yet)",
                          "flag --enable-metrics: accepted for compatibility, no effect (yet)",
                          "flag --tcp-services-configmap: accepted for compatibility, no effect (yet)",
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
