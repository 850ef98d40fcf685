#include "app/config_map_help.h"

#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>

#include "k8swatch/config_map_keys.h"

namespace headgate::app {
namespace {

TEST(ConfigMapHelp, IsWhatTheDocumentSays) {
  std::ifstream file(HEADGATE_SOURCE_DIR "/docs/configmap.md");
  std::ostringstream text;
  text << file.rdbuf();
  EXPECT_EQ(text.str(), config_map_markdown())
      << "print it anew: headgate help --configmap > docs/configmap.md";
}

TEST(ConfigMapRows, NameEachKeyOnceKeepGroupsTogetherAndSayWhatItMeans) {
  std::set<std::string_view> names;
  std::set<k8swatch::ConfigMapGroup> finished;
  const k8swatch::ConfigMapKey* before = nullptr;
  for (const k8swatch::ConfigMapKey& key : k8swatch::config_map_rows()) {
    EXPECT_TRUE(names.insert(key.name).second) << key.name;
    if (before != nullptr && before->group != key.group) finished.insert(before->group);
    EXPECT_FALSE(finished.contains(key.group)) << key.name;
    EXPECT_EQ(key.group == k8swatch::ConfigMapGroup::useless, key.fate != k8swatch::KeyFate::honoured)
        << key.name;
    EXPECT_FALSE(key.meaning.empty() && key.reason.empty()) << key.name;
    before = &key;
  }
}

}  // namespace
}  // namespace headgate::app
