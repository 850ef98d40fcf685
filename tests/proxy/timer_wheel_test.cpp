#include "proxy/timer_wheel.h"

#include <gtest/gtest.h>

#include <functional>
#include <memory>

namespace headgate::proxy {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class Probe : public Timer {
 public:
  void on_timeout() override {
    ++fired;
    if (then) then();
  }
  int fired = 0;
  std::function<void()> then;
};

class TimerWheelTest : public ::testing::Test {
 protected:
  void advance_to(Duration since_start) { wheel.advance(start + since_start); }

  TimePoint start{seconds(1000)};
  TimerWheel wheel{start};
};

TEST_F(TimerWheelTest, FiresOnceWithinTwoTicksOfItsDeadlineAndNeverBefore) {
  Probe probe;
  wheel.set(probe, start + milliseconds(1050));
  advance_to(milliseconds(1000));
  EXPECT_EQ(probe.fired, 0);
  advance_to(milliseconds(1250));
  EXPECT_EQ(probe.fired, 1);
  EXPECT_FALSE(probe.is_set());
  advance_to(seconds(600));
  EXPECT_EQ(probe.fired, 1);
}

TEST_F(TimerWheelTest, MovedLaterFiresAtTheLaterDeadline) {
  Probe probe;
  wheel.set(probe, start + seconds(1));
  wheel.set(probe, start + seconds(5));
  advance_to(milliseconds(4900));
  EXPECT_EQ(probe.fired, 0);
  advance_to(milliseconds(5200));
  EXPECT_EQ(probe.fired, 1);
}

TEST_F(TimerWheelTest, MovedEarlierFiresAtTheEarlierDeadline) {
  Probe probe;
  wheel.set(probe, start + seconds(60));
  wheel.set(probe, start + seconds(1));
  advance_to(milliseconds(1200));
  EXPECT_EQ(probe.fired, 1);
  advance_to(seconds(120));
  EXPECT_EQ(probe.fired, 1);
}

TEST_F(TimerWheelTest, UnsetDoesNotFire) {
  Probe probe;
  wheel.set(probe, start + seconds(1));
  TimerWheel::unset(probe);
  advance_to(seconds(10));
  EXPECT_EQ(probe.fired, 0);
}

TEST_F(TimerWheelTest, SetAgainAfterUnsetUsesTheNewDeadline) {
  Probe probe;
  wheel.set(probe, start + seconds(1));
  TimerWheel::unset(probe);
  wheel.set(probe, start + seconds(3));
  advance_to(milliseconds(2900));
  EXPECT_EQ(probe.fired, 0);
  advance_to(milliseconds(3200));
  EXPECT_EQ(probe.fired, 1);
}

TEST_F(TimerWheelTest, DeadlineBeyondTheHorizonComesRoundAgain) {
  Probe probe;
  wheel.set(probe, start + seconds(3600));
  advance_to(seconds(3599));
  EXPECT_EQ(probe.fired, 0);
  advance_to(milliseconds(3600300));
  EXPECT_EQ(probe.fired, 1);
}

TEST_F(TimerWheelTest, DestroyedTimerIsForgotten) {
  auto probe = std::make_unique<Probe>();
  Probe neighbour;
  wheel.set(*probe, start + seconds(1));
  wheel.set(neighbour, start + seconds(1));
  probe.reset();
  advance_to(seconds(2));
  EXPECT_EQ(neighbour.fired, 1);
}

TEST_F(TimerWheelTest, CallbackMayDestroyAnotherTimerOfTheSameSlot) {
  auto victim = std::make_unique<Probe>();
  Probe first;
  Probe* const watched = victim.get();
  wheel.set(*victim, start + seconds(1));
  wheel.set(first, start + seconds(1));  // the later set is the first to fire
  first.then = [&] { victim.reset(); };
  watched->then = [] { FAIL() << "fired after its destruction"; };
  advance_to(seconds(2));
  EXPECT_EQ(first.fired, 1);
  EXPECT_EQ(victim, nullptr);
}

TEST_F(TimerWheelTest, CallbackMaySetItsOwnTimerAgain) {
  Probe probe;
  wheel.set(probe, start + seconds(1));
  probe.then = [&] {
    if (probe.fired == 1) wheel.set(probe, start + seconds(2));
  };
  advance_to(seconds(5));
  EXPECT_EQ(probe.fired, 2);
}

}  // namespace
}  // namespace headgate::proxy
