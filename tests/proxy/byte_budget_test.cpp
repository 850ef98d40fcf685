// A bound that many share.
#include "proxy/byte_budget.h"

#include <gtest/gtest.h>

#include <optional>
#include <utility>

namespace headgate::proxy {
namespace {

TEST(ByteBudget, GivesNoMoreThanItHas) {
  ByteBudget budget(10);
  ByteBudget::Share first(budget);
  ByteBudget::Share second(budget);
  EXPECT_TRUE(first.take(6));
  EXPECT_FALSE(second.take(5));
  EXPECT_EQ(budget.used(), 6u) << "what was refused is not counted";
  EXPECT_TRUE(second.take(4));
  EXPECT_FALSE(first.take(1));
  EXPECT_TRUE(first.take(0));
}

TEST(ByteBudget, GetsBackWhatAShareHadOnce) {
  ByteBudget budget(10);
  {
    std::optional<ByteBudget::Share> first(std::in_place, budget);
    EXPECT_TRUE(first->take(4));
    EXPECT_TRUE(first->take(3));
    ByteBudget::Share moved(*std::move(first));
    first.reset();
    EXPECT_EQ(budget.used(), 7u) << "it went with the one it was moved to";
  }
  EXPECT_EQ(budget.used(), 0u);
}

TEST(ByteBudget, AShareOfNothingGetsNothing) { EXPECT_FALSE(ByteBudget::Share().take(1)); }

}  // namespace
}  // namespace headgate::proxy
