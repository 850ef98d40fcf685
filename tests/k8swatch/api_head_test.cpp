#include "k8swatch/api_head.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace headgate::k8swatch {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using namespace std::chrono_literals;

TEST(RetryAfter, TakesSecondsAndNothingElse) {
  EXPECT_EQ(parse_retry_after("1"), 1s);
  EXPECT_EQ(parse_retry_after(" 30 "), 30s);
  EXPECT_EQ(parse_retry_after("0"), 0s);
  EXPECT_EQ(parse_retry_after("99999999999999999999999"), 24h);
  for (const char* text : {"", " ", "-1", "1.5", "1s", "+1", "Fri, 31 Dec 1999 23:59:59 GMT"})
    EXPECT_EQ(parse_retry_after(text), std::nullopt) << text;
}

TEST(Warnings, AreSeparatedByCommasOutsideQuotes) {
  EXPECT_THAT(split_warnings("299 - \"a\""), ElementsAre("299 - \"a\""));
  EXPECT_THAT(split_warnings("299 - \"a, b\", 299 - \"c\""), ElementsAre("299 - \"a, b\"", "299 - \"c\""));
  EXPECT_THAT(split_warnings(R"(299 - "a \", b" , 299 - "c")"),
              ElementsAre(R"(299 - "a \", b")", R"(299 - "c")"));
  EXPECT_THAT(split_warnings(" , ,"), IsEmpty());
  EXPECT_THAT(split_warnings("299 - \"open, for ever"), ElementsAre("299 - \"open, for ever"));
  EXPECT_THAT(split_warnings("ends in \"\\"), ElementsAre("ends in \"\\"));
}

TEST(Warnings, AreBounded) {
  std::string many;
  for (int i = 0; i < 100; ++i) many += "299 - x,";
  EXPECT_THAT(split_warnings(many), SizeIs(kMostWarnings));
  EXPECT_THAT(split_warnings(std::string(100'000, 'w')), ElementsAre(std::string(kMostWarningBytes, 'w')));
}

}  // namespace
}  // namespace headgate::k8swatch
