#include "policy/block_rules.h"

#include <gtest/gtest.h>

#include "policy/sample_request.h"

namespace headgate::policy {
namespace {

TextList texts(std::initializer_list<std::string_view> entries) {
  TextList list;
  for (const std::string_view entry : entries) EXPECT_TRUE(list.add(entry)) << entry;
  return list;
}

TEST(TextList, ATextIsTheWholeValueWhateverItsCase) {
  const TextList list = texts({"Bad Bot", "curl/8.0"});
  EXPECT_TRUE(list.contains("bad bot"));
  EXPECT_TRUE(list.contains("CURL/8.0"));
  EXPECT_FALSE(list.contains("bad bot 2"));
  EXPECT_FALSE(list.contains("curl/8x0"));
  EXPECT_FALSE(list.contains(""));
}

TEST(TextList, AnExpressionIsFoundAnywhereAndItsCaseCountsUnlessItSaysNot) {
  const TextList list = texts({"~Bot/[0-9]+", "~*^spider"});
  EXPECT_TRUE(list.contains("my Bot/12"));
  EXPECT_FALSE(list.contains("my bot/12"));
  EXPECT_TRUE(list.contains("SPIDER 1"));
  EXPECT_FALSE(list.contains("a spider"));
}

TEST(TextList, RefusesWhatIsNoExpressionOrTooMuch) {
  TextList list;
  EXPECT_FALSE(list.add("~(unclosed"));
  EXPECT_FALSE(list.add("~(a)\\1")) << "back-references";
  EXPECT_FALSE(list.add("~" + std::string(2000, 'a')));
  EXPECT_FALSE(list.add("~((a{100}){100}){100}")) << "too costly";
  EXPECT_TRUE(list.empty());
  for (std::size_t i = 0; i < TextList::kMostEntries; ++i) ASSERT_TRUE(list.add(std::to_string(i)));
  EXPECT_FALSE(list.add("one more"));
}

TEST(BlockRules, JudgeFieldsAndAddressEachForItself) {
  BlockRules rules;
  EXPECT_TRUE(rules.empty());
  rules.user_agents = texts({"bad"});
  rules.referers = texts({"~evil"});
  rules.addresses = *CidrList::parse("192.0.2.1");
  EXPECT_FALSE(rules.empty());
  const SampleRequest plain;
  EXPECT_FALSE(rules.blocks_fields(plain.view)) << "neither field is there";
  EXPECT_TRUE(rules.blocks_address(plain.view));
  EXPECT_FALSE(rules.blocks_address(SampleRequest().from("192.0.2.2").view));
  EXPECT_TRUE(rules.blocks_fields(SampleRequest().field("User-Agent", "Bad").view));
  EXPECT_TRUE(rules.blocks_fields(SampleRequest().field("Referer", "http://evil.test/").view));
  EXPECT_FALSE(rules.blocks_fields(SampleRequest().field("User-Agent", "http://evil.test/").view));
}

}  // namespace
}  // namespace headgate::policy
