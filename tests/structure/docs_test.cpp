// Documents tell the truth: every project file that one names exists.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "structure/source_tree.h"

namespace headgate::structure {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Paths in backticks that begin with a folder of the project. A pattern (`*`, `…`, `<name>`, `NNNN`) names no
// one file; `a.{h,cpp}` is not used here.
std::vector<std::string> named_paths(const std::string& text) {
  static const std::vector<std::string> folders{"src/",   "tests/", "docs/",      "config/", "bench/",
                                                "tools/", "fuzz/",  "manifests/", "cmake/"};
  std::vector<std::string> found;
  for (const std::string& line : lines_of(text)) {
    std::size_t open = 0;
    while ((open = line.find('`', open)) != std::string::npos) {
      const std::size_t close = line.find('`', open + 1);
      if (close == std::string::npos) break;
      std::string path = line.substr(open + 1, close - open - 1);
      open = close + 1;
      const bool ours = std::any_of(folders.begin(), folders.end(),
                                    [&](const std::string& folder) { return path.starts_with(folder); });
      if (!ours || path.find_first_of("*<> {}$") != std::string::npos ||
          path.find("…") != std::string::npos || path.find("NNNN") != std::string::npos) {
        continue;
      }
      path = path.substr(0, path.find('#'));
      if (const std::size_t colon = path.find(':'); colon != std::string::npos) path.resize(colon);
      found.push_back(path);
    }
  }
  return found;
}

// Targets of [text](path) that are files of the project, seen from the folder of the document.
std::vector<std::string> linked_paths(const SourceFile& document) {
  std::vector<std::string> found;
  const std::size_t slash = document.path.rfind('/');
  const std::string folder = slash == std::string::npos ? "" : document.path.substr(0, slash + 1);
  std::size_t at = 0;
  while ((at = document.text.find("](", at)) != std::string::npos) {
    at += 2;
    const std::size_t end = document.text.find_first_of(") \n", at);
    if (end == std::string::npos) break;
    std::string path = document.text.substr(at, end - at);
    path = path.substr(0, path.find('#'));
    if (!path.empty() && path.find("://") == std::string::npos && !path.starts_with("mailto:")) {
      found.push_back(folder + path);
    }
  }
  return found;
}

std::vector<SourceFile> documents() { return files_under(".", {".md"}); }

TEST(Docs, EveryFileNamedExists) {
  std::vector<std::string> missing;
  for (const SourceFile& document : documents()) {
    for (const std::string& path : named_paths(document.text)) {
      if (!exists_in_project(path)) missing.push_back(document.path + " names " + path);
    }
    for (const std::string& path : linked_paths(document)) {
      if (!exists_in_project(path)) missing.push_back(document.path + " links to " + path);
    }
  }
  EXPECT_THAT(missing, IsEmpty());
}

TEST(Docs, FindsNamesAndLinks) {
  EXPECT_THAT(named_paths("see `src/http/framing.h:12`, `tests/*_test.cpp`, `make` and `docs/a.md#x`\n"),
              ElementsAre("src/http/framing.h", "docs/a.md"));
  EXPECT_THAT(linked_paths({"docs/x.md", "[a](b.md#c) [d](https://e.org/) [f](../README.md)"}),
              ElementsAre("docs/b.md", "docs/../README.md"));
  EXPECT_FALSE(exists_in_project("src/http/framing_that_never_was.h"));
  EXPECT_TRUE(exists_in_project("src/http/framing.h"));
}

}  // namespace
}  // namespace headgate::structure
