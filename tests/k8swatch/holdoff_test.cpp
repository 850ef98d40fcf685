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

TEST(HoldOff, AnUrgentChangeDoesNotWaitForAStormToPass) {
  HoldOff hold_off;
  for (int i = 0; i < 10; ++i) hold_off.note_change(kStart + milliseconds(i));
  hold_off.note_urgent_change(kStart + milliseconds(10));
  EXPECT_EQ(hold_off.deadline(), kStart + milliseconds(12));
  for (int i = 11; i < 15; ++i) hold_off.note_urgent_change(kStart + milliseconds(i));
  EXPECT_EQ(hold_off.deadline(), kStart + milliseconds(15));
  hold_off.clear();
  hold_off.note_change(kStart + milliseconds(100));
  EXPECT_EQ(hold_off.deadline(), kStart + milliseconds(102));
}

TEST(HoldOff, WaitsForWhatIsKnownToBeMissing) {
  HoldOff hold_off;
  hold_off.note_change(kStart);
  hold_off.set_incomplete(true);
  EXPECT_EQ(hold_off.deadline(), kStart + milliseconds(50));
  hold_off.note_urgent_change(kStart + milliseconds(7));
  EXPECT_EQ(hold_off.deadline(), kStart + milliseconds(50));
  hold_off.set_incomplete(false);
  EXPECT_EQ(hold_off.deadline(), kStart + milliseconds(9));
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
