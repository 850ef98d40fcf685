#include "policy/canary_rule.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "policy/sample_request.h"

namespace headgate::policy {
namespace {

using Verdict = CanaryRule::Verdict;

PatternRef pattern(std::string_view text) { return {Pattern::compile(text, PatternCase::sensitive).value()}; }

Verdict judge(const CanaryRule& rule, const std::vector<std::pair<std::string, std::string>>& fields) {
  return rule.judge(SampleRequest("/", fields).view);
}

CanaryRule by_header() {
  CanaryRule rule;
  rule.header = "x_canary";
  return rule;
}

TEST(CanaryRule, WithoutRulesTheWeightDecides) {
  EXPECT_EQ(judge({}, {{"X-Canary", "always"}, {"Cookie", "c=always"}}), Verdict::by_weight);
}

TEST(CanaryRule, AHeaderSaysAlwaysOrNever) {
  EXPECT_EQ(judge(by_header(), {{"x-CANARY", "always"}}), Verdict::canary);
  EXPECT_EQ(judge(by_header(), {{"X_Canary", "always"}}), Verdict::canary);
  EXPECT_EQ(judge(by_header(), {{"X-Canary", "never"}}), Verdict::primary);
  EXPECT_EQ(judge(by_header(), {{"X-Canary", "perhaps"}}), Verdict::by_weight);
  EXPECT_EQ(judge(by_header(), {{"X-Canary", "Always"}}), Verdict::by_weight);
  EXPECT_EQ(judge(by_header(), {{"X-Canary2", "always"}}), Verdict::by_weight);
}

TEST(CanaryRule, AValueTakesTheForceOfAlwaysAndNever) {
  CanaryRule rule = by_header();
  rule.header_value = "DoCanary";
  rule.header_pattern = pattern(".*");  // without effect beside a value
  EXPECT_EQ(judge(rule, {{"X-Canary", "DoCanary"}}), Verdict::canary);
  EXPECT_EQ(judge(rule, {{"X-Canary", "docanary"}}), Verdict::by_weight);
  EXPECT_EQ(judge(rule, {{"X-Canary", "always"}}), Verdict::by_weight);
  EXPECT_EQ(judge(rule, {{"X-Canary", "never"}}), Verdict::by_weight);
}

TEST(CanaryRule, APatternIsFoundAnywhereInTheValue) {
  CanaryRule rule = by_header();
  rule.header_pattern = pattern("^[Pp]ine|apple");
  EXPECT_EQ(judge(rule, {{"X-Canary", "pinecone"}}), Verdict::canary);
  EXPECT_EQ(judge(rule, {{"X-Canary", "an apple"}}), Verdict::canary);
  EXPECT_EQ(judge(rule, {{"X-Canary", "a pine"}}), Verdict::by_weight);
  EXPECT_EQ(judge(rule, {{"X-Canary", "always"}}), Verdict::by_weight);
}

TEST(CanaryRule, TheCookieComesAfterTheHeader) {
  CanaryRule rule = by_header();
  rule.cookie = "c";
  EXPECT_EQ(judge(rule, {{"Cookie", "a=1; c=always"}}), Verdict::canary);
  EXPECT_EQ(judge(rule, {{"Cookie", "c=never"}}), Verdict::primary);
  EXPECT_EQ(judge(rule, {{"Cookie", "c=1"}}), Verdict::by_weight);
  EXPECT_EQ(judge(rule, {{"Cookie", "c=always"}, {"X-Canary", "never"}}), Verdict::primary);
  EXPECT_EQ(judge(rule, {{"Cookie", "c=never"}, {"X-Canary", "always"}}), Verdict::canary);
  EXPECT_EQ(judge(rule, {{"Cookie", "c=never"}, {"X-Canary", "else"}}), Verdict::primary);
}

TEST(CanaryRule, ItsShareOfTheWholeIsItsWeight) {
  CanaryRule rule;
  EXPECT_EQ(rule.share(), 0U);
  rule.weight = 50;
  EXPECT_EQ(rule.share(), CanaryRule::kWhole / 2);
  rule.weight_total = 1000;
  EXPECT_EQ(rule.share(), CanaryRule::kWhole / 20);
  rule.weight = 1000;
  EXPECT_EQ(rule.share(), CanaryRule::kWhole);
  rule.weight = 5000;
  EXPECT_EQ(rule.share(), CanaryRule::kWhole);
}

}  // namespace
}  // namespace headgate::policy
