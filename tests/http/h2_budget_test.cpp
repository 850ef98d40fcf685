#include "http/h2_budget.h"

#include <gtest/gtest.h>

namespace headgate::http {
namespace {

int spend(H2Budget& budget, H2Charge charge, int most = 100000) {
  for (int i = 0; i < most; ++i)
    if (budget.charge(charge) != RejectReason::none) return i;
  return most;
}

TEST(H2Budget, EachKindHasItsOwnTokensAndItsOwnReason) {
  H2Budget budget{TimePoint()};
  EXPECT_EQ(spend(budget, H2Charge::ping), 100);
  EXPECT_EQ(budget.charge(H2Charge::ping), RejectReason::h2_flood_ping);
  EXPECT_EQ(spend(budget, H2Charge::reset), 200);
  EXPECT_EQ(budget.charge(H2Charge::reset), RejectReason::h2_flood_reset);
  EXPECT_EQ(budget.charge(H2Charge::settings), RejectReason::none);
}

TEST(H2Budget, TimeBringsTokensUpToTheBurst) {
  TimePoint now{};
  H2Budget budget{now};
  spend(budget, H2Charge::ping);
  budget.advance(now += std::chrono::milliseconds(500));
  EXPECT_EQ(spend(budget, H2Charge::ping), 5);
  budget.advance(now += std::chrono::hours(24));
  EXPECT_EQ(spend(budget, H2Charge::ping), 100);
}

TEST(H2Budget, TimeInSmallStepsIsNotLost) {
  TimePoint now{};
  H2Budget budget{now};
  spend(budget, H2Charge::ping);
  for (int i = 0; i < 1000000; ++i) budget.advance(now += std::chrono::microseconds(1));
  const int tokens = spend(budget, H2Charge::ping);
  EXPECT_GE(tokens, 9);
  EXPECT_LE(tokens, 10);
}

TEST(H2Budget, WorkBringsTokens) {
  H2Budget budget{TimePoint()};
  spend(budget, H2Charge::reset);
  for (int i = 0; i < 7; ++i) budget.earn(H2Work::stream_completed);
  EXPECT_EQ(spend(budget, H2Charge::reset), 7);
  spend(budget, H2Charge::window);
  budget.earn(H2Work::data_sent);
  EXPECT_EQ(spend(budget, H2Charge::window), 10);
  budget.earn(H2Work::stream_opened);
  EXPECT_EQ(spend(budget, H2Charge::window), 4);
}

TEST(H2Budget, OpeningStreamsBuysNoResets) {
  H2Budget budget{TimePoint()};
  spend(budget, H2Charge::reset);
  for (int i = 0; i < 1000; ++i) budget.earn(H2Work::stream_opened);
  EXPECT_NE(budget.charge(H2Charge::reset), RejectReason::none);
}

}  // namespace
}  // namespace headgate::http
