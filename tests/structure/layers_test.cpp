// The layer table: which folder of src/ may include which. One direction, no exceptions.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "structure/source_tree.h"

namespace headgate::structure {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const std::map<std::string, std::set<std::string>>& layer_table() {
  static const std::map<std::string, std::set<std::string>> table{
      {"base", {}},
      {"http", {"base"}},
      {"observe", {"base"}},
      {"tls", {"base"}},
      {"policy", {"http", "base"}},
      {"router", {"policy", "tls", "http", "observe", "base"}},
      {"k8swatch", {"router", "policy", "tls", "http", "observe", "base"}},
      {"proxy", {"router", "policy", "tls", "http", "observe", "base"}},
      {"app", {"k8swatch", "proxy", "router", "policy", "tls", "http", "observe", "base"}},
  };
  return table;
}

// "src/http/x.cpp" → "http".
std::string folder_of(const std::string& path) {
  const std::size_t begin = path.find('/') + 1;
  return path.substr(begin, path.find('/', begin) - begin);
}

std::vector<std::string> forbidden_edges(const std::vector<SourceFile>& files) {
  std::vector<std::string> found;
  for (const SourceFile& file : files) {
    const std::string from = folder_of(file.path);
    const auto row = layer_table().find(from);
    if (row == layer_table().end()) {
      found.push_back(file.path + ": " + from + " is not a layer");
      continue;
    }
    for (const Include& include : includes_of(file.text)) {
      if (!include.quoted) continue;
      const std::string where = file.path + ":" + std::to_string(include.line);
      const std::size_t slash = include.target.find('/');
      if (slash == std::string::npos || include.target.find("..") != std::string::npos) {
        found.push_back(where + ": \"" + include.target + "\" is not named from src/");
        continue;
      }
      const std::string to = include.target.substr(0, slash);
      if (to != from && !row->second.contains(to)) found.push_back(where + ": " + from + " → " + to);
    }
  }
  return found;
}

TEST(Layers, EveryIncludeFollowsTheTable) {
  const std::vector<SourceFile> files = sources_under("src");
  ASSERT_GT(files.size(), 20u) << "the sources were not found";
  EXPECT_THAT(forbidden_edges(files), IsEmpty());
}

TEST(Layers, EveryQuotedIncludeNamesAFileOfTheProject) {
  std::vector<std::string> missing;
  for (const SourceFile& file : sources_under("src")) {
    for (const Include& include : includes_of(file.text)) {
      if (include.quoted && !exists_in_project("src/" + include.target)) {
        missing.push_back(file.path + ": " + include.target);
      }
    }
  }
  EXPECT_THAT(missing, IsEmpty());
}

TEST(Layers, TheTableHasNoCycle) {
  for (const auto& [from, allowed] : layer_table()) {
    for (const std::string& to : allowed) {
      EXPECT_FALSE(layer_table().at(to).contains(from)) << from << " and " << to;
    }
  }
}

TEST(Layers, FindsSiblingsUpwardEdgesAndRelativeIncludes) {
  EXPECT_THAT(forbidden_edges({{"src/proxy/a.h", "#include \"k8swatch/store.h\"\n"},
                               {"src/http/a.cpp", "#include <vector>\n# include \"router/model.h\"\n"},
                               {"src/http/b.cpp", "#include \"c.h\"\n#include \"base/x.h\"\n"},
                               {"src/extra/b.cpp", ""}}),
              ElementsAre("src/proxy/a.h:1: proxy → k8swatch", "src/http/a.cpp:2: http → router",
                          "src/http/b.cpp:1: \"c.h\" is not named from src/",
                          "src/extra/b.cpp: extra is not a layer"));
}

}  // namespace
}  // namespace headgate::structure
