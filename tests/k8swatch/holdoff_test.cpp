#include "k8swatch/holdoff.h"

#include <gtest/gtest.h>

namespace headgate::k8swatch {
namespace {

using std::chrono::milliseconds;

constexpr TimePoint kStart{};

TEST(HoldOff, HasNothingToDoWithoutAChange) {
  const HoldOff hold_off;
  EXPECT_FALSE(hold_off.deadline());
  EXPECT_FALSE(hold_off.is_due(kStart + std::chrono::hours(1)));
}

TEST(HoldOff, OneChangeWaitsTheQuietTime) {
  HoldOff hold_off;
  hold_off.note_change(kStart);
  EXPECT_EQ(hold_off.deadline(), kStart + milliseconds(2));
  EXPECT_FALSE(hold_off.is_due(kStart + milliseconds(1)));
  EXPECT_TRUE(hold_off.is_due(kStart + milliseconds(2)));
}

TEST(HoldOff, FurtherChangesExtendTheWait) {
  HoldOff hold_off;
  hold_off.note_change(kStart);
  hold_off.note_change(kStart + milliseconds(1));
  EXPECT_EQ(hold_off.deadline(), kStart + milliseconds(3));
}

TEST(HoldOff, AStormWaitsNoLongerThanTheBound) {
  HoldOff hold_off;
  for (int i = 0; i < 1000; ++i) hold_off.note_change(kStart + milliseconds(i));
  EXPECT_EQ(hold_off.deadline(), kStart + milliseconds(50));
}

TEST(HoldOff, ClearStartsAnew) {
  HoldOff hold_off;
  hold_off.note_change(kStart);
  hold_off.clear();
  EXPECT_FALSE(hold_off.deadline());
  hold_off.note_change(kStart + milliseconds(100));
  EXPECT_EQ(hold_off.deadline(), kStart + milliseconds(102));
}

}  // namespace
}  // namespace headgate::k8swatch
