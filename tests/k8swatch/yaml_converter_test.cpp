#include "k8swatch/yaml_converter.h"

#include <gtest/gtest.h>

#include <string>

namespace headgate::k8swatch {
namespace {

// The JSON of the document, or "<line>: <reason>", lines counted from 0.
std::string convert(std::string_view text) {
  YamlConverter converter;
  if (converter.convert(text)) return std::string(converter.json());
  return std::to_string(converter.error_line()) + ": " + converter.error();
}

TEST(YamlConverter, WritesMapsListsAndScalars) {
  EXPECT_EQ(convert("a: 1\nb: [x, 'y', \"z\\n\"]\nc:\n- d: true\n- ~\n- {}\n"),
            R"({"a":1,"b":["x","y","z\u000a"],"c":[{"d":true},null,{}]})");
  EXPECT_EQ(convert(""), "null");
  EXPECT_EQ(convert("--- # nothing\n"), "null");
}

TEST(YamlConverter, QuotedScalarsAreStringsWhateverTheyLookLike) {
  EXPECT_EQ(convert("[\"true\", '12', \"null\", 'on']"), R"(["true","12","null","on"])");
}

TEST(YamlConverter, ReadsBlockScalars) {
  EXPECT_EQ(convert("a: |\n  x\n  y\nb: >-\n  x\n  y\n"), R"({"a":"x\u000ay\u000a","b":"x y"})");
}

TEST(YamlConverter, ObeysTags) {
  EXPECT_EQ(convert("[!!str 12, !!int \"12\", !custom 12, ! 12, !!null x]"), R"(["12",12,"12","12",null])");
  EXPECT_EQ(convert("a: !!int x"), "0: the value does not fit its tag !!int");
  EXPECT_EQ(convert("a: !!binary Zm9v"), "0: the value does not fit its tag !!binary");
}

TEST(YamlConverter, WritesKeysAsStrings) {
  EXPECT_EQ(convert("1: a\ntrue: b\nyes: c\n0x10: d\n"), "2: the key \"true\" is given twice");
  EXPECT_EQ(convert("1: a\non: b\n0x10: d\n\"q\\\"\": e\n"), R"({"1":"a","true":"b","16":"d","q\"":"e"})");
  EXPECT_EQ(convert("~: a"), "0: a key must not be empty or null");
  EXPECT_EQ(convert("? [a]\n: b"), "0: a key must be a scalar");
}

TEST(YamlConverter, RefusesAKeyGivenTwiceAndNamesTheSecondLine) {
  EXPECT_EQ(convert("a: 1\nb:\n  c: 1\n  d: 2\n  c: 3\n"), "4: the key \"c\" is given twice");
  std::string wide;
  for (int i = 0; i < 100; ++i) wide += "k" + std::to_string(i) + ": 0\n";
  EXPECT_EQ(convert(wide + "k7: 1\n"), "100: the key \"k7\" is given twice");
}

TEST(YamlConverter, ExpandsAliasesAndMergeKeys) {
  EXPECT_EQ(convert("a: &x [1, {b: 2}]\nc: *x\n"), R"({"a":[1,{"b":2}],"c":[1,{"b":2}]})");
  EXPECT_EQ(convert("base: &b {k: 1, l: 2}\nnew: {<<: *b, k: 3}\n"),
            R"({"base":{"k":1,"l":2},"new":{"k":3,"l":2}})");
  EXPECT_EQ(convert("a: &a {k: 1}\nb: &b {k: 2, l: 2}\nc:\n  <<: [*a, *b]\n"),
            R"({"a":{"k":1},"b":{"k":2,"l":2},"c":{"k":1,"l":2}})");
  EXPECT_EQ(convert("a: &name web\nb: *name"), R"({"a":"web","b":"web"})");
  EXPECT_EQ(convert("&k a: 1\nb: *k"), R"({"a":1,"b":"a"})");
  EXPECT_EQ(convert("a: {<<: 1}"), "0: a merge key needs a map or a list of maps");
  EXPECT_EQ(convert("a: &a [*a]"), "0: an alias to a node that is not complete");
}

TEST(YamlConverter, QuotedMergeKeyIsAnOrdinaryKey) {
  EXPECT_EQ(convert("'<<': {a: 1}"), R"({"<<":{"a":1}})");
}

TEST(YamlConverter, RefusesUnknownAliases) {
  const std::string refused = convert("a: 1\nb: *nobody\n");
  EXPECT_TRUE(refused.starts_with("1: ")) << refused;
}

TEST(YamlConverter, RemembersTheLineOfEachValue) {
  YamlConverter converter;
  ASSERT_TRUE(converter.convert("a: 1\nb:\n  c:\n  - d\n  - eee\n"));
  const std::string json(converter.json());
  EXPECT_EQ(converter.line_of(json.find('1')), 0U);
  EXPECT_EQ(converter.line_of(json.find("\"d\"")), 3U);
  EXPECT_EQ(converter.line_of(json.find("eee")), 4U);
}

TEST(YamlConverter, RefusesASecondDocumentOnTheQuiet) {
  EXPECT_EQ(convert("a: 1\n--- \nb: 2\n"), "0: more than one document without a \"---\" line between them");
}

TEST(YamlConverter, RefusesInfinity) {
  EXPECT_EQ(convert("a: .inf"), "0: infinity and NaN have no place in an object");
}

}  // namespace
}  // namespace headgate::k8swatch
