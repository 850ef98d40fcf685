// Rules for single source files: their size, their first sentence, and the calls that may not appear.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "structure/source_tree.h"

namespace headgate::structure {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr std::size_t kMostLines = 600;  // more is two ideas in one file
constexpr std::size_t kMedianLines = 200;

std::vector<SourceFile> all_sources() {
  std::vector<SourceFile> files;
  for (const char* folder : {"src", "tests", "bench", "fuzz", "tools"}) {
    for (SourceFile& file : sources_under(folder)) files.push_back(std::move(file));
  }
  return files;
}

// A sentence in a comment before anything else.
bool begins_with_a_sentence(const std::string& text) {
  const std::vector<std::string> lines = lines_of(text);
  if (lines.empty() || !lines[0].starts_with("// ")) return false;
  for (const std::string& line : lines) {
    if (!line.starts_with("//")) return false;
    if (line.find_first_of(".:") != std::string::npos) return true;
  }
  return false;
}

struct ForbiddenWord {
  std::string word;
  std::vector<std::string> folders;
  std::string reason;
};

const std::vector<ForbiddenWord>& forbidden_words() {
  static const std::vector<ForbiddenWord> words{
      {"std::regex", {"src/", "tests/", "bench/", "tools/", "fuzz/"}, "unbounded stack and time"},
      {"<regex>", {"src/", "tests/", "bench/", "tools/", "fuzz/"}, "unbounded stack and time"},
      {"sleep_for", {"tests/"}, "wait for a condition with a deadline"},
      {"sleep_until", {"tests/"}, "wait for a condition with a deadline"},
      {"usleep", {"tests/"}, "wait for a condition with a deadline"},
      {"nanosleep", {"tests/"}, "wait for a condition with a deadline"},
      {"sleep(", {"tests/"}, "wait for a condition with a deadline"},
      {"strcpy(", {"src/"}, "unbounded"},
      {"sprintf(", {"src/"}, "unbounded (snprintf is another word)"},
      {"std::stoi", {"src/"}, "throws, takes signs and leading blanks; use std::from_chars"},
      {"std::stoul", {"src/"}, "throws, takes signs and leading blanks; use std::from_chars"},
      {"using namespace std;", {"src/", "tests/"}, "name things"},
  };
  return words;
}

bool is_word_character(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

// `word` occurs, and not as the end of a longer name.
bool uses_word(const std::string& line, const std::string& word) {
  for (std::size_t at = line.find(word); at != std::string::npos; at = line.find(word, at + 1)) {
    if (at == 0 || !is_word_character(word[0]) || !is_word_character(line[at - 1])) return true;
  }
  return false;
}

std::vector<std::string> uses_of_forbidden_words(const std::vector<SourceFile>& files) {
  std::vector<std::string> found;
  for (const SourceFile& file : files) {
    const std::vector<std::string> lines = lines_of(code_only(file.text));
    for (const ForbiddenWord& rule : forbidden_words()) {
      if (std::none_of(rule.folders.begin(), rule.folders.end(),
                       [&](const std::string& folder) { return file.path.starts_with(folder); })) {
        continue;
      }
      for (std::size_t i = 0; i < lines.size(); ++i) {
        if (!uses_word(lines[i], rule.word)) continue;
        found.push_back(file.path + ":" + std::to_string(i + 1) + ": " + rule.word + " (" + rule.reason +
                        ")");
      }
    }
  }
  return found;
}

TEST(SourceRules, NoFileIsLongerThanOneIdea) {
  std::vector<std::string> found;
  for (const SourceFile& file : all_sources()) {
    const std::size_t lines = lines_of(file.text).size();
    if (lines > kMostLines) found.push_back(file.path + ": " + std::to_string(lines) + " lines");
  }
  EXPECT_THAT(found, IsEmpty());
}

TEST(SourceRules, TheMedianFileIsShort) {
  std::vector<std::size_t> sizes;
  for (const SourceFile& file : sources_under("src")) sizes.push_back(lines_of(file.text).size());
  ASSERT_FALSE(sizes.empty());
  std::nth_element(sizes.begin(), sizes.begin() + static_cast<std::ptrdiff_t>(sizes.size() / 2), sizes.end());
  EXPECT_LT(sizes[sizes.size() / 2], kMedianLines);
}

TEST(SourceRules, EveryHeaderBeginsWithASentence) {
  std::vector<std::string> found;
  for (const SourceFile& file : all_sources()) {
    if (file.path.ends_with(".h") && !begins_with_a_sentence(file.text)) found.push_back(file.path);
  }
  EXPECT_THAT(found, IsEmpty());
}

TEST(SourceRules, EveryHeaderIsIncludedOnce) {
  std::vector<std::string> found;
  for (const SourceFile& file : all_sources()) {
    if (!file.path.ends_with(".h")) continue;
    const std::vector<std::string> lines = lines_of(file.text);
    const auto code = std::find_if(lines.begin(), lines.end(), [](const std::string& line) {
      return !line.empty() && !line.starts_with("//");
    });
    if (code == lines.end() || *code != "#pragma once") found.push_back(file.path);
  }
  EXPECT_THAT(found, IsEmpty());
}

// By its own name, or by its subject in a list of them.
TEST(SourceRules, EveryTestIsBuilt) {
  constexpr std::string_view kEnd = "_test.cpp";
  const std::vector<SourceFile> lists = files_under("tests", {".txt"});
  std::vector<std::string> found;
  for (const SourceFile& file : sources_under("tests")) {
    if (!file.path.ends_with(kEnd)) continue;
    const std::size_t slash = file.path.rfind('/');
    const std::string folder = file.path.substr(0, slash);
    const std::string name = file.path.substr(slash + 1);
    const std::string subject = name.substr(0, name.size() - kEnd.size());
    const auto list = std::find_if(lists.begin(), lists.end(), [&](const SourceFile& each) {
      return each.path == folder + "/CMakeLists.txt";
    });
    const auto names = [&](const std::string& word) {
      const std::string& text = list->text;
      for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) {
        const char before = at == 0 ? ' ' : text[at - 1];
        const char after = at + word.size() == text.size() ? ' ' : text[at + word.size()];
        if (!is_word_character(before) && !is_word_character(after) && after != '.') return true;
      }
      return false;
    };
    if (list == lists.end() || (!names(name) && !names(subject))) found.push_back(file.path);
  }
  EXPECT_THAT(found, IsEmpty());
}

TEST(SourceRules, NoForbiddenWordIsUsed) { EXPECT_THAT(uses_of_forbidden_words(all_sources()), IsEmpty()); }

TEST(SourceRules, FindsForbiddenWordsInCodeButNotInCommentsTextsOrLongerNames) {
  EXPECT_THAT(uses_of_forbidden_words({{"tests/a.cpp", "std::this_thread::sleep_for(1s);\n"},
                                       {"tests/b.cpp", "usleep(1); ::sleep(1);\n"},
                                       {"src/c.cpp", "std::regex r;\n"}}),
              SizeIs(4));
  EXPECT_THAT(
      uses_of_forbidden_words({{"tests/a.cpp", "// sleep_for is not for us\nauto s = \"usleep(1)\";\n"},
                               {"src/b.cpp", "snprintf(a, 1, R\"(std::regex)\");\n"}}),
      IsEmpty());
}

TEST(SourceRules, TellsASentenceFromItsAbsence) {
  EXPECT_TRUE(begins_with_a_sentence("// A thing\n// of two lines.\n#pragma once\n"));
  EXPECT_FALSE(begins_with_a_sentence("#pragma once\n// Late.\n"));
  EXPECT_FALSE(begins_with_a_sentence("// no end\n#pragma once\n"));
}

}  // namespace
}  // namespace headgate::structure
