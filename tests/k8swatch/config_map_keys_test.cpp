// The registry of keys lists every key that is read, and no other; docs/configmap.md is printed from it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "k8swatch/access_settings.h"
#include "k8swatch/backend_settings.h"
#include "k8swatch/config_map_keys.h"
#include "k8swatch/controller_fixture.h"
#include "k8swatch/header_settings.h"
#include "k8swatch/ingress_gate.h"
#include "k8swatch/listener_settings_reader.h"
#include "k8swatch/log_settings.h"
#include "k8swatch/policy_defaults.h"
#include "k8swatch/process_settings.h"
#include "k8swatch/route_settings.h"
#include "k8swatch/site_settings.h"
#include "k8swatch/tracing_settings.h"

namespace headgate::k8swatch {
namespace {

using namespace testing;

std::set<std::string> documented_keys() {
  std::set<std::string> keys;
  for (const ConfigMapKey& key : config_map_keys())
    if (key.fate == KeyFate::honoured) keys.emplace(key.name);
  return keys;
}

TEST(ConfigMapKeys, EachOneInTheDocumentationIsRead) {
  ControllerFixture fixture(with_config_map());
  StringPairs data;
  for (const std::string& key : documented_keys()) data.emplace_back(key, "");
  ASSERT_GT(data.size(), 40U);
  fixture.put(config_map("settings", data));
  fixture.publish();
  EXPECT_THAT(fixture.findings(), ::testing::IsEmpty());
}

TEST(ConfigMapKeys, EachOneThatIsReadIsInTheDocumentation) {
  const ConfigMap nothing = config_map("settings", {});
  std::vector<Finding> findings;
  ConfigMapReader reader(nothing, findings);
  read_route_settings(reader);
  read_redirect_defaults(reader);
  read_site_settings(reader);
  read_backend_settings(reader);
  read_gate_settings(reader);
  read_policy_defaults(reader);
  read_listener_settings(reader, Store());
  read_block_rules(reader);
  read_forwarding_rules(reader, CidrList::everyone());
  read_header_defaults(reader, Store());
  router::SiteSettings site;
  read_answer_settings(reader, Store(), site);
  router::StreamSettings stream;
  read_log_settings(reader, site, stream);
  read_tracing_settings(reader);
  read_process_settings(reader);
  std::set<std::string> read(reader.keys_asked_for().begin(), reader.keys_asked_for().end());
  read.insert("allow-cross-namespace-resources");  // asked for by the Translator itself
  EXPECT_EQ(read, documented_keys());
}

TEST(ConfigMapKeys, SaysWhatBecomesOfAKeyThatNobodyReads) {
  ControllerFixture fixture(with_config_map());
  const auto told = [&fixture](const std::string& key, const std::string& value) {
    fixture.put(config_map("settings", {{key, value}}));
    fixture.publish();
    const auto findings = fixture.findings();
    return findings.empty() ? std::string() : findings.front();
  };
  EXPECT_EQ(told("server-snipet", "x"),
            "warning: ConfigMap default/settings: data.server-snipet: is no key that is known here; is "
            "'server-snippet' meant?");
  EXPECT_EQ(told("quite-another-thing", "x"),
            "warning: ConfigMap default/settings: data.quite-another-thing: is no key that is known here");
  EXPECT_EQ(
      told("enable-serial-reloads", "true"),
      "warning: ConfigMap default/settings: data.enable-serial-reloads: has no effect: there are no reloads");
  EXPECT_EQ(told("allow-snippet-annotations", "false"), "");
  EXPECT_EQ(
      told("allow-snippet-annotations", "true"),
      "warning: ConfigMap default/settings: data.allow-snippet-annotations: is refused: snippets are not "
      "supported, whatever it says");
}

}  // namespace
}  // namespace headgate::k8swatch
