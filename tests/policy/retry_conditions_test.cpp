#include "policy/retry_conditions.h"

#include <gtest/gtest.h>

namespace headgate::policy {
namespace {

TEST(RetryConditions, AreErrorAndTimeoutUnlessSaidOtherwise) {
  EXPECT_EQ(RetryConditions().text(), "error timeout");
  EXPECT_FALSE(RetryConditions().has_statuses());
}

TEST(RetryConditions, ReadsEveryWordOfNginx) {
  const std::string all =
      "error timeout invalid_header http_500 http_502 http_503 http_504 http_403 http_404 http_429 "
      "non_idempotent";
  const auto conditions = RetryConditions::parse(all);
  ASSERT_TRUE(conditions);
  EXPECT_EQ(conditions->text(), all);
  EXPECT_EQ(RetryConditions::parse(" http_503  error ").value().text(), "error http_503");
}

TEST(RetryConditions, OffCountsWhateverStandsBesideIt) {
  EXPECT_EQ(RetryConditions::parse("error off http_500").value().text(), "off");
  EXPECT_FALSE(RetryConditions::parse("off").value().has(RetryConditions::error));
}

TEST(RetryConditions, RefusesOtherWords) {
  for (const char* text : {"", " ", "errors", "http_501", "error,timeout", "Error"}) {
    EXPECT_FALSE(RetryConditions::parse(text)) << text;
  }
}

TEST(RetryConditions, KnowsTheConditionOfAStatus) {
  EXPECT_EQ(RetryConditions::of_status(503), RetryConditions::http_503);
  EXPECT_EQ(RetryConditions::of_status(429), RetryConditions::http_429);
  EXPECT_EQ(RetryConditions::of_status(501), RetryConditions::none);
  EXPECT_EQ(RetryConditions::of_status(200), RetryConditions::none);
  EXPECT_EQ(RetryConditions::of_status(0), RetryConditions::none);
}

}  // namespace
}  // namespace headgate::policy
