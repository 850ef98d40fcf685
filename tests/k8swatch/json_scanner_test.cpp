#include "k8swatch/json_scanner.h"

#include <gtest/gtest.h>

#include <string>

namespace headgate::k8swatch {
namespace {

using Step = JsonScanner::Step;

// "" where the text is one good document, else "<offset>: <reason>".
std::string verdict(std::string_view text) {
  JsonScanner scanner(text);
  JsonDocument document;
  if (scanner.next(document) != Step::document) {
    return std::to_string(scanner.error_offset()) + ": " + scanner.error();
  }
  return scanner.next(document) == Step::end ? "" : "more follows";
}

TEST(JsonScanner, TakesWhatRfc8259Allows) {
  for (const char* good : {"{}", "[]", " {\"a\" : [1, -2.5e+10, 0, true, false, null, \"x\"]} \n",
                           "\"\\u00e4\\n\"", "{\"a\":{\"b\":[[],{}]}}"}) {
    EXPECT_EQ(verdict(good), "") << good;
  }
}

TEST(JsonScanner, NamesThePlaceOfWhatItRefuses) {
  EXPECT_EQ(verdict(R"({"a":1,})"), "7: expected a key in double quotes");
  EXPECT_EQ(verdict(R"({"a" 1})"), "5: expected ':' after the key");
  EXPECT_EQ(verdict(R"({"a":1 "b":2})"), "7: expected ',' or '}'");
  EXPECT_EQ(verdict(R"([1 2])"), "3: expected ',' or ']'");
  EXPECT_EQ(verdict(R"([1,])"), "3: expected a value");
  EXPECT_EQ(verdict(R"({"a":)"), "5: the text ends where a value is due");
  EXPECT_EQ(verdict(R"({"a":"b)"), "7: the text ends inside a string");
  EXPECT_EQ(verdict("[\"a\nb\"]"), "3: a control character inside a string");
  EXPECT_EQ(verdict(R"(["\x"])"), "2: an unknown escape inside a string");
  EXPECT_EQ(verdict(R"(["\u12g4"])"), "2: expected four hexadecimal digits after \\u");
  EXPECT_EQ(verdict("[01]"), "1: expected a value");
  EXPECT_EQ(verdict("[1.]"), "1: expected a value");
  EXPECT_EQ(verdict("[+1]"), "1: expected a value");
  EXPECT_EQ(verdict("[tru]"), "1: expected a value");
  EXPECT_EQ(verdict("[\"a\\"), "3: the text ends inside a string");
}

TEST(JsonScanner, BoundsTheDepth) {
  const std::string open(JsonScanner::kMaxDepth, '[');
  const std::string close(JsonScanner::kMaxDepth, ']');
  EXPECT_EQ(verdict(open + close), "");
  EXPECT_EQ(verdict('[' + open + "1" + close + ']'), "101: nested deeper than 100");
  EXPECT_EQ(verdict(std::string(1'000'000, '[')), "101: nested deeper than 100");
}

TEST(JsonScanner, ReadsDocumentsThatFollowEachOther) {
  JsonScanner scanner(R"({"a":1}{"b":2}
[3])");
  JsonDocument document;
  ASSERT_EQ(scanner.next(document), Step::document);
  EXPECT_EQ(document.span.end, 7U);
  ASSERT_EQ(scanner.next(document), Step::document);
  EXPECT_EQ(document.span.begin, 7U);
  ASSERT_EQ(scanner.next(document), Step::document);
  EXPECT_EQ(document.elements.size(), 1U);
  EXPECT_EQ(scanner.next(document), Step::end);
}

TEST(JsonScanner, GoesOnAtTheNextLineThatOpensAnObject) {
  JsonScanner scanner("{\"a\":[}\n {\"indented\":1}\n{\"b\":2}");
  JsonDocument document;
  ASSERT_EQ(scanner.next(document), Step::error);
  ASSERT_EQ(scanner.next(document), Step::document);
  ASSERT_EQ(document.members.size(), 1U);
  EXPECT_EQ(document.span.begin, 24U);
}

TEST(JsonScanner, FindsKeysGivenTwiceAtAnyLevelAndWidth) {
  JsonScanner few(R"({"a":{"x":1,"y":2,"x":3}})");
  JsonDocument document;
  ASSERT_EQ(few.next(document), Step::document);
  EXPECT_EQ(document.duplicates, std::vector<std::size_t>{19});

  std::string wide = "{";
  for (int i = 0; i < 100; ++i) wide += "\"k" + std::to_string(i) + "\":0,";
  const std::size_t place = wide.size() + 1;
  wide += "\"k50\":1}";
  JsonScanner many(wide);
  ASSERT_EQ(many.next(document), Step::document);
  EXPECT_EQ(document.duplicates, std::vector<std::size_t>{place});
}

TEST(JsonScanner, ListsTheItemsOfTheRootOnly) {
  JsonScanner scanner(R"({"spec":{"items":[1,2]},"items":[{"items":[3]}, 4]})");
  JsonDocument document;
  ASSERT_EQ(scanner.next(document), Step::document);
  EXPECT_EQ(document.elements.size(), 2U);
  EXPECT_EQ(document.members.size(), 2U);
}

}  // namespace
}  // namespace headgate::k8swatch
