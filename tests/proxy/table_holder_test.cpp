#include "proxy/table_holder.h"

#include <gtest/gtest.h>

#include <vector>

#include "router/table_builder.h"

namespace headgate::proxy {
namespace {

std::shared_ptr<const router::RoutingTable> table(std::uint64_t generation) {
  return router::TableBuilder().build(generation);
}

class TableHolderTest : public ::testing::Test {
 protected:
  std::vector<std::shared_ptr<const void>> retired;
  TableHolder holder{[this](std::shared_ptr<const void> old) { retired.push_back(std::move(old)); }};
};

TEST_F(TableHolderTest, HasNothingToPinBeforeTheFirstTable) { EXPECT_EQ(holder.pin(), nullptr); }

TEST_F(TableHolderTest, AnUnusedTableIsRetiredWhenItIsReplaced) {
  const auto first = table(1);
  holder.adopt(first);
  EXPECT_TRUE(retired.empty());
  holder.adopt(table(2));
  ASSERT_EQ(retired.size(), 1U);
  EXPECT_EQ(retired[0], first);
}

TEST_F(TableHolderTest, AnOldTableLivesUntilItsLastUserLeaves) {
  holder.adopt(table(1));
  TableHolder::Version* const a = holder.pin();
  TableHolder::Version* const b = holder.pin();
  holder.adopt(table(2));
  EXPECT_EQ(a->table->generation(), 1U);
  holder.unpin(a);
  EXPECT_TRUE(retired.empty());
  holder.unpin(b);
  EXPECT_EQ(retired.size(), 1U);
}

TEST_F(TableHolderTest, TheCurrentTableStaysWithoutUsers) {
  holder.adopt(table(1));
  holder.unpin(holder.pin());
  EXPECT_TRUE(retired.empty());
  TableHolder::Version* const again = holder.pin();
  EXPECT_EQ(again->table->generation(), 1U);
  holder.unpin(again);
}

}  // namespace
}  // namespace headgate::proxy
