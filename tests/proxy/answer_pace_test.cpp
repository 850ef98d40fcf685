// limit-rate: how much of an answer may be sent by when.
#include "proxy/answer_pace.h"

#include <gtest/gtest.h>

#include "proxy/exchange.h"

namespace headgate::proxy {
namespace {

using namespace std::chrono_literals;

class AnswerPaceTest : public ::testing::Test {
 protected:
  TimePoint now_{};
  TimerWheel timers_{now_};
  Exchange exchange_;
  AnswerPace pace_{exchange_};
};

TEST_F(AnswerPaceTest, GivesTheFirstSecondAtOnce) {
  pace_.begin(1000, 0, now_);
  EXPECT_EQ(pace_.room(now_), 1000u);
  EXPECT_EQ(pace_.room(now_ + 500ms), 1500u);
  EXPECT_EQ(pace_.room(now_ + 10s), 11000u);
}

TEST_F(AnswerPaceTest, CountsOnlyWhatIsBeyondTheFreePart) {
  pace_.begin(1000, 5000, now_);
  EXPECT_EQ(pace_.room(now_), 6000u);
  pace_.sent(6000, now_, timers_);
  EXPECT_EQ(pace_.room(now_), 0u);
  EXPECT_EQ(pace_.room(now_ + 100ms), 100u);
}

TEST_F(AnswerPaceTest, WakesTheExchangeOnlyWhereThereIsNoRoom) {
  pace_.begin(1000, 0, now_);
  pace_.sent(999, now_, timers_);
  EXPECT_FALSE(pace_.is_set());
  pace_.sent(1000, now_, timers_);  // in all
  EXPECT_TRUE(pace_.is_set());
  pace_.end();
  EXPECT_FALSE(pace_.is_set());
  EXPECT_FALSE(pace_.has_begun());
}

TEST_F(AnswerPaceTest, MoreThanItsRoomIsReckonedAgainstTheTimeToCome) {
  pace_.begin(1000, 0, now_);
  pace_.sent(3000, now_, timers_);
  EXPECT_EQ(pace_.room(now_ + 2s), 0u);
  EXPECT_EQ(pace_.room(now_ + 2100ms), 100u);
}

TEST_F(AnswerPaceTest, DoesNotOverflowWithTheLargestRate) {
  pace_.begin(std::uint64_t{64} * 1024 * 1024 * 1024, 0, now_);
  EXPECT_GT(pace_.room(now_ + 24h * 300), std::size_t{1} << 40);
}

}  // namespace
}  // namespace headgate::proxy
