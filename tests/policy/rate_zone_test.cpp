#include "policy/rate_zone.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace headgate::policy {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

RateBuckets per_second(std::uint32_t count, std::uint32_t burst) {
  return {RateBucket::requests(count, seconds(1), burst), RateBucket()};
}
TimePoint at(int ms) { return TimePoint(seconds(1000)) + milliseconds(ms); }

int passed_of(RateZone& zone, const RateBuckets& buckets, int tries, TimePoint now,
              std::uint64_t client = 1) {
  int passed = 0;
  for (int i = 0; i < tries; ++i) passed += zone.take(client, buckets, now) ? 1 : 0;
  return passed;
}

TEST(RateZone, LetsOneAndTheBurstPassAtOnce) {
  RateZone zone;
  EXPECT_EQ(passed_of(zone, per_second(10, 50), 1000, at(0)), 51);
  RateZone other;
  EXPECT_EQ(passed_of(other, per_second(1, 0), 10, at(0)), 1);
}

TEST(RateZone, LeaksByTheMillisecond) {
  RateZone zone;
  const RateBuckets buckets = per_second(10, 0);
  EXPECT_TRUE(zone.take(1, buckets, at(0)));
  EXPECT_FALSE(zone.take(1, buckets, at(99)));
  EXPECT_TRUE(zone.take(1, buckets, at(100)));
  EXPECT_FALSE(zone.take(1, buckets, at(199)));
  EXPECT_TRUE(zone.take(1, buckets, at(200)));
}

TEST(RateZone, RefusedRequestsAreNotCounted) {
  RateZone zone;
  const RateBuckets buckets = per_second(1, 5);
  EXPECT_EQ(passed_of(zone, buckets, 100, at(0)), 6);
  EXPECT_EQ(passed_of(zone, buckets, 100, at(1000)), 1);
  EXPECT_EQ(passed_of(zone, buckets, 100, at(100'000)), 6);
}

TEST(RateZone, APerMinuteLimitLeaksSixteenThousandthsASecond) {
  RateZone zone;
  const RateBuckets buckets{RateBucket(), RateBucket::requests(1, minutes(1), 0)};
  EXPECT_TRUE(zone.take(1, buckets, at(0)));
  EXPECT_FALSE(zone.take(1, buckets, at(60'000))) << "nginx: 1000 / 60 is 16";
  EXPECT_TRUE(zone.take(1, buckets, at(62'500)));
}

TEST(RateZone, OfTwoLimitsBothCountAndNeitherIsChargedForARefusal) {
  RateZone zone;
  const RateBuckets buckets{RateBucket::requests(1, seconds(1), 9), RateBucket::requests(60, minutes(1), 2)};
  EXPECT_EQ(passed_of(zone, buckets, 100, at(0)), 3);
  EXPECT_EQ(passed_of(zone, per_second(1, 9), 100, at(0)), 7) << "the first has seen three";
}

TEST(RateZone, CountsEachClientForItself) {
  RateZone zone;
  EXPECT_EQ(passed_of(zone, per_second(1, 1), 10, at(0), 1), 2);
  EXPECT_EQ(passed_of(zone, per_second(1, 1), 10, at(0), 2), 2);
  EXPECT_EQ(passed_of(zone, per_second(1, 1), 10, at(0), 0), 2);
}

TEST(RateZone, AClockThatStandsOrStepsBackLeaksNothing) {
  RateZone zone;
  const RateBuckets buckets = per_second(1000, 0);
  EXPECT_TRUE(zone.take(1, buckets, at(10)));
  EXPECT_FALSE(zone.take(1, buckets, at(5)));
  EXPECT_FALSE(zone.take(1, buckets, at(10)));
}

TEST(RateZone, KeepsNoMoreThanItMay) {
  RateZone zone;
  for (std::uint64_t client = 0; client < 4 * RateZone::kMostStates; ++client)
    zone.take(client * 0x9E3779B97F4A7C15ULL, per_second(1, 0), at(0));
  EXPECT_LE(zone.room(), RateZone::kMostStates);
  EXPECT_GE(zone.room(), RateZone::kMostStates / 2);
}

TEST(RateZone, GrowsWithoutForgettingAnybody) {
  RateZone zone;
  constexpr std::uint64_t kClients = 2000;
  const auto client = [](std::uint64_t i) { return (i + 1) * 0x9E3779B97F4A7C15ULL; };
  for (std::uint64_t i = 0; i < kClients; ++i) ASSERT_TRUE(zone.take(client(i), per_second(1, 0), at(0)));
  for (std::uint64_t i = 0; i < kClients; ++i) EXPECT_FALSE(zone.take(client(i), per_second(1, 0), at(1)));
}

TEST(RateZone, MakesRoomOfWhatHasLeakedOut) {
  RateZone zone;
  for (int round = 0; round < 100; ++round)
    for (std::uint64_t client = 0; client < 100; ++client)
      zone.take((static_cast<std::uint64_t>(round) * 100 + client + 1) * 0x9E3779B97F4A7C15ULL,
                per_second(1, 0), at(round * 2000));
  EXPECT_LT(zone.room(), 2000U) << "10000 clients, but only 100 at a time";
}

TEST(RateZone, ManyThreadsTogetherGetWhatOneWouldGet) {
  RateZone zone;
  std::atomic<int> passed{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] { passed += passed_of(zone, per_second(10, 99), 5000, at(0)); });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(passed, 100);
}

}  // namespace
}  // namespace headgate::policy
