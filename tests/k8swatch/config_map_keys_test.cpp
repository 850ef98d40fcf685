// docs/configmap.md lists every key that is read, and no other.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "k8swatch/access_settings.h"
#include "k8swatch/backend_settings.h"
#include "k8swatch/controller_fixture.h"
#include "k8swatch/ingress_gate.h"
#include "k8swatch/listener_settings_reader.h"
#include "k8swatch/policy_defaults.h"
#include "k8swatch/route_settings.h"
#include "k8swatch/site_settings.h"

namespace headgate::k8swatch {
namespace {

using namespace testing;

std::set<std::string> documented_keys() {
  std::ifstream file(HEADGATE_SOURCE_DIR "/docs/configmap.md");
  std::set<std::string> keys;
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("| `")) keys.insert(line.substr(3, line.find('`', 3) - 3));
  return keys;
}

TEST(ConfigMapKeys, EachOneInTheDocumentationIsRead) {
  ControllerOptions options;
  options.translation.config_map = "default/settings";
  ControllerFixture fixture(options);
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
  read_listener_settings(reader, Store());
  read_policy_defaults(reader);
  read_block_rules(reader);
  read_forwarding_rules(reader, CidrList::everyone());
  std::set<std::string> read(reader.keys_asked_for().begin(), reader.keys_asked_for().end());
  read.insert("allow-cross-namespace-resources");  // asked for by the Translator itself
  EXPECT_EQ(read, documented_keys());
}

}  // namespace
}  // namespace headgate::k8swatch
