#include "app/flag_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>
#include <string>

#include "app/flag_help.h"

namespace headgate::app {
namespace {

using testing::HasSubstr;

TEST(FlagTable, SaysTheDefaultsTheProgramHas) {
  for (const FlagRow& row : flag_table()) {
    if (row.apply == nullptr || row.default_text.empty()) continue;
    Flags flags;
    ASSERT_TRUE(row.apply(flags, row.default_text)) << row.name;
    EXPECT_EQ(flags, Flags()) << row.name;
  }
}

TEST(FlagTable, NamesEachFlagOnceAndDescribesIt) {
  std::set<std::string_view> names;
  for (const FlagRow& row : flag_table()) {
    EXPECT_TRUE(names.insert(row.name).second) << row.name;
    EXPECT_FALSE(row.doc.empty()) << row.name;
    EXPECT_FALSE(row.doc.ends_with('.')) << row.name;
    EXPECT_EQ(row.value_name.empty(), row.kind == FlagKind::boolean) << row.name;
  }
}

TEST(FlagTable, KeepsGroupsTogether) {
  std::set<FlagGroup> seen;
  const FlagRow* last = nullptr;
  for (const FlagRow& row : flag_table()) {
    if (last == nullptr || last->group != row.group) {
      EXPECT_TRUE(seen.insert(row.group).second) << row.name;
    }
    last = &row;
  }
}

// Every flag of ingress-nginx (pkg/flags/flags.go) and of klog that deployments pass.
TEST(FlagTable, KnowsEveryFlagOfIngressNginx) {
  std::istringstream names(
      "apiserver-host kubeconfig certificate-authority ingress-class controller-class "
      "watch-ingress-without-class "
      "ingress-class-by-name configmap tcp-services-configmap udp-services-configmap default-backend-service "
      "default-ssl-certificate publish-service publish-status-address update-status "
      "update-status-on-shutdown "
      "status-update-interval report-node-internal-ip-address election-id election-ttl "
      "disable-leader-election "
      "watch-namespace watch-namespace-selector annotations-prefix enable-annotation-validation deep-inspect "
      "disable-catch-all disable-svc-external-name disable-full-test disable-sync-events "
      "enable-ssl-passthrough "
      "enable-ssl-chain-completion enable-topology-aware-routing sync-period sync-rate-limit "
      "dynamic-configuration-retries health-check-path health-check-timeout healthz-port healthz-host "
      "http-port "
      "https-port ssl-passthrough-proxy-port default-server-port status-port stream-port profiling "
      "profiler-port "
      "profiler-address internal-logger-address enable-metrics metrics-per-host metrics-per-undefined-host "
      "report-status-classes exclude-socket-metrics time-buckets length-buckets size-buckets bucket-factor "
      "max-buckets monitor-max-batch-size shutdown-grace-period post-shutdown-grace-period "
      "validating-webhook "
      "validating-webhook-certificate validating-webhook-key maxmind-mirror maxmind-license-key "
      "maxmind-edition-ids maxmind-retries-count maxmind-retries-timeout version v logtostderr "
      "alsologtostderr "
      "stderrthreshold vmodule log_backtrace_at log_dir log_file log_file_max_size add_dir_header one_output "
      "skip_headers skip_log_headers");
  for (std::string name; names >> name;) EXPECT_NE(find_flag(name), nullptr) << name;
}

TEST(FlagTable, DoesNotKnowInventedFlags) {
  EXPECT_EQ(find_flag("http-port2"), nullptr);
  EXPECT_EQ(find_flag(""), nullptr);
  EXPECT_EQ(nearest_flag("zzzzzz"), "");
}

TEST(FlagHelp, HoldsEveryFlagAndNoLongLine) {
  const std::string help = help_text();
  for (const FlagRow& row : flag_table())
    EXPECT_THAT(help, HasSubstr((row.name.size() == 1 ? "  -" : "  --") + std::string(row.name))) << row.name;
  std::istringstream lines(help);
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 110U) << line;
}

TEST(FlagHelp, IsWhatTheDocumentSays) {
  std::ifstream file(HEADGATE_SOURCE_DIR "/docs/flags.md");
  std::ostringstream text;
  text << file.rdbuf();
  EXPECT_EQ(text.str(), flags_markdown()) << "print it anew: headgate help --markdown > docs/flags.md";
}

}  // namespace
}  // namespace headgate::app
