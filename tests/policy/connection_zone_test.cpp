#include "policy/connection_zone.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace headgate::policy {
namespace {

TEST(ConnectionZone, LetsInAsManyAsItMayAndMoreAfterOneHasLeft) {
  ConnectionZone zone;
  EXPECT_TRUE(zone.enter(1, 2));
  EXPECT_TRUE(zone.enter(1, 2));
  EXPECT_FALSE(zone.enter(1, 2));
  EXPECT_TRUE(zone.enter(2, 2));
  zone.leave(1);
  EXPECT_TRUE(zone.enter(1, 2));
  EXPECT_FALSE(zone.enter(1, 2));
}

TEST(ConnectionZone, KeepsNothingOfClientsThatHaveLeft) {
  ConnectionZone zone;
  for (std::uint64_t client = 0; client < 5000; ++client) ASSERT_TRUE(zone.enter(client * 7, 1));
  EXPECT_EQ(zone.clients(), 5000U);
  // Every other one first, so that runs are taken apart in the middle.
  for (std::uint64_t client = 0; client < 5000; client += 2) zone.leave(client * 7);
  for (std::uint64_t client = 1; client < 5000; client += 2)
    EXPECT_FALSE(zone.enter(client * 7, 1)) << client;
  for (std::uint64_t client = 1; client < 5000; client += 2) zone.leave(client * 7);
  EXPECT_EQ(zone.clients(), 0U);
}

TEST(ConnectionZone, LeavingWithoutHavingEnteredIsNothing) {
  ConnectionZone zone;
  zone.leave(1);
  EXPECT_TRUE(zone.enter(1, 1));
  EXPECT_EQ(zone.clients(), 1U);
}

TEST(ConnectionSlot, IsGivenBackOnce) {
  ConnectionZone zone;
  ASSERT_TRUE(zone.enter(1, 2));
  ASSERT_TRUE(zone.enter(1, 2));
  ConnectionSlot slot(zone, 1);
  slot.give_back();
  slot.give_back();
  EXPECT_TRUE(zone.enter(1, 2));
  EXPECT_FALSE(zone.enter(1, 2));
  ConnectionSlot().give_back();
}

TEST(ConnectionZone, CountsAcrossThreads) {
  ConnectionZone zone;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      for (int round = 0; round < 2000; ++round)
        for (std::uint64_t client = 0; client < 8; ++client)
          if (zone.enter(client, 2)) zone.leave(client);
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(zone.clients(), 0U);
}

}  // namespace
}  // namespace headgate::policy
