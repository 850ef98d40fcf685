#include "app/annotation_help.h"

#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>

#include "k8swatch/annotations/registry.h"

namespace headgate::app {
namespace {

TEST(AnnotationHelp, IsWhatTheDocumentSays) {
  std::ifstream file(HEADGATE_SOURCE_DIR "/docs/annotations.md");
  std::ostringstream text;
  text << file.rdbuf();
  EXPECT_EQ(text.str(), annotations_markdown())
      << "print it anew: headgate help --annotations > docs/annotations.md";
}

TEST(AnnotationTable, NamesEachAnnotationOnceAndKeepsGroupsTogether) {
  std::set<std::string_view> names;
  std::set<k8swatch::AnnotationGroup> finished;
  const k8swatch::AnnotationRow* before = nullptr;
  for (const k8swatch::AnnotationRow& row : k8swatch::annotation_table()) {
    EXPECT_TRUE(names.insert(row.name).second) << row.name;
    EXPECT_TRUE(row.alias.empty() || names.insert(row.alias).second) << row.alias;
    if (before != nullptr && before->group != row.group) finished.insert(before->group);
    EXPECT_FALSE(finished.contains(row.group)) << row.name;
    EXPECT_TRUE(row.default_text.empty() || row.check(row.default_text)) << row.name;
    before = &row;
  }
}

}  // namespace
}  // namespace headgate::app
