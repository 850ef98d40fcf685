// EndpointPool: hashes, subsets, sessions and latencies.
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>

#include "base/mix.h"
#include "base/socket_address.h"
#include "proxy/endpoint_pool.h"

namespace headgate::proxy {
namespace {

using namespace std::chrono_literals;

router::EndpointSet pods(int count, int without = 0) {
  router::EndpointSet set;
  for (int i = 1; i <= count; ++i) {
    if (i == without) continue;
    router::Endpoint endpoint;
    endpoint.address = SocketAddress::parse("10.0.0." + std::to_string(i), 80).value();
    endpoint.text = endpoint.address.to_string();
    endpoint.uid = "pod-" + std::to_string(i);
    set.endpoints.push_back(endpoint);
  }
  return set;
}

EndpointPoolRef pool_of(int count, const std::string& name = "default-web-80") {
  router::Cluster cluster;
  cluster.name = name;
  EndpointPoolRef pool(new EndpointPool(std::make_shared<const router::Cluster>(cluster), 0));
  pool->adopt(pods(count));
  return pool;
}

constexpr int kKeys = 10000;

std::map<int, std::string> choices(const EndpointPool& pool) {
  std::map<int, std::string> result;
  for (int key = 0; key < kKeys; ++key)
    result[key] = pool.choose_by_hash(mix64(static_cast<std::uint64_t>(key)))->endpoint.text;
  return result;
}

TEST(EndpointSelection, HashesSpreadEvenly) {
  std::map<std::string, int> met;
  for (const auto& [key, pod] : choices(*pool_of(10))) ++met[pod];
  ASSERT_EQ(met.size(), 10U);
  for (const auto& [pod, count] : met) {
    EXPECT_GT(count, 850) << pod;
    EXPECT_LT(count, 1150) << pod;
  }
}

TEST(EndpointSelection, OnlyTheKeysOfTheEndpointThatLeavesMove) {
  const EndpointPoolRef pool = pool_of(10);
  const auto before = choices(*pool);
  pool->adopt(pods(10, 4));
  const auto after = choices(*pool);
  for (const auto& [key, pod] : before) {
    if (pod != "10.0.0.4:80") {
      ASSERT_EQ(after.at(key), pod);
    }
  }
}

TEST(EndpointSelection, ANewEndpointTakesItsShareAndMovesNothingElse) {
  const EndpointPoolRef pool = pool_of(9);
  const auto before = choices(*pool);
  pool->adopt(pods(10));
  const auto after = choices(*pool);
  int moved = 0;
  for (const auto& [key, pod] : before) {
    if (after.at(key) == pod) continue;
    ++moved;
    ASSERT_EQ(after.at(key), "10.0.0.10:80");
  }
  EXPECT_GT(moved, kKeys / 10 - 150);
  EXPECT_LT(moved, kKeys / 10 + 150);
}

TEST(EndpointSelection, EveryWorkerChoosesAlike) { EXPECT_EQ(choices(*pool_of(7)), choices(*pool_of(7))); }

TEST(EndpointSelection, ASubsetHasItsSizeAndIsTheSameForAText) {
  const EndpointPoolRef pool = pool_of(8);
  Random random;
  std::set<std::set<std::string>> subsets;
  for (std::uint64_t key = 0; key < 50; ++key) {
    std::set<std::string> met;
    for (int i = 0; i < 200; ++i)
      met.insert(pool->choose_of_subset(mix64(key), 3, {}, random)->endpoint.text);
    EXPECT_EQ(met.size(), 3U);
    subsets.insert(met);
  }
  EXPECT_EQ(subsets.size(), 3U);  // the last group of two is filled up
}

TEST(EndpointSelection, ASubsetAsLargeAsAllIsAll) {
  const EndpointPoolRef pool = pool_of(2);
  Random random;
  std::set<std::string> met;
  for (int i = 0; i < 100; ++i) met.insert(pool->choose_of_subset(1, 3, {}, random)->endpoint.text);
  EXPECT_EQ(met.size(), 2U);
}

TEST(EndpointSelection, AnotherEndpointComesBeforeOneAlreadyTried) {
  const EndpointPoolRef pool = pool_of(2);
  Random random;
  const EndpointRef tried(pool->choose_any({}, random));
  const EndpointPool::Tried one(&tried, 1);
  for (int i = 0; i < 20; ++i) {
    EXPECT_NE(pool->choose_any(one, random), tried.get());
    EXPECT_NE(pool->choose_fast(one, {}, random), tried.get());
    EXPECT_NE(pool->choose_of_subset(7, 2, one, random), tried.get());
  }
}

TEST(EndpointSelection, WithoutEndpointsThereIsNoChoice) {
  const EndpointPoolRef pool = pool_of(0);
  Random random;
  EXPECT_EQ(pool->choose_any({}, random), nullptr);
  EXPECT_EQ(pool->choose_fast({}, {}, random), nullptr);
  EXPECT_EQ(pool->choose_by_hash(1), nullptr);
  EXPECT_EQ(pool->choose_of_subset(1, 3, {}, random), nullptr);
  EXPECT_EQ(pool->find_session("x"), nullptr);
}

TEST(EndpointSelection, SessionsNameEndpointsWithoutTheirAddress) {
  const EndpointPoolRef pool = pool_of(3);
  std::set<std::string> names;
  Random random;
  for (int i = 0; i < 50; ++i) {
    EndpointState* const endpoint = pool->choose_any({}, random);
    const std::string name(pool->session_name(*endpoint));
    EXPECT_EQ(name.size(), 32U);
    EXPECT_EQ(pool->find_session(name), endpoint);
    names.insert(name);
  }
  EXPECT_EQ(names.size(), 3U);
  EXPECT_EQ(pool->find_session("10.0.0.1:80"), nullptr);
  // Another replica gives the same names, another Service others.
  const EndpointPoolRef replica = pool_of(3);
  const EndpointPoolRef other = pool_of(3, "default-other-80");
  for (const std::string& name : names) {
    EXPECT_NE(replica->find_session(name), nullptr);
    EXPECT_EQ(other->find_session(name), nullptr);
  }
}

TEST(EndpointSelection, TheFasterOfTwoIsChosen) {
  const EndpointPoolRef pool = pool_of(2);
  Random random;
  const TimePoint now{100s};
  EndpointState* const slow = pool->choose_by_hash(1);
  slow->latency.add(100ms, now);
  for (int i = 0; i < 20; ++i) EXPECT_NE(pool->choose_fast({}, now, random), slow);
  // Enough tries that run outweigh it.
  for (int i = 0; i < 20; ++i) {
    EndpointState* const other = pool->choose_fast({}, now, random);
    if (other == slow) break;
    other->latency.add(50ms, now);
    other->running = 3;
  }
  EXPECT_EQ(pool->choose_fast({}, now, random), slow);
}

TEST(EndpointSelection, ANewEndpointBeginsAsAnAverageOne) {
  const EndpointPoolRef pool = pool_of(2);
  const TimePoint now{100s};
  Random random;
  for (int i = 0; i < 50; ++i) {
    EndpointState* const endpoint = pool->choose_any({}, random);
    if (!endpoint->latency.is_known()) endpoint->latency.add(40ms, now);
  }
  pool->adopt(pods(3), now);
  for (int i = 0; i < 50; ++i) EXPECT_NEAR(pool->choose_any({}, random)->latency.microseconds(now), 40000, 1);
}

TEST(LatencyAverage, FollowsAPeakAtOnceAndForgetsIt) {
  LatencyAverage latency;
  TimePoint now{100s};
  EXPECT_EQ(latency.microseconds(now), 0);
  latency.add(10ms, now);
  EXPECT_NEAR(latency.microseconds(now), 10000, 1);
  latency.add(500ms, now);
  EXPECT_NEAR(latency.microseconds(now), 500000, 1);
  EXPECT_NEAR(latency.microseconds(now + 10s), 500000 / 2.71828, 100);
  now += 1s;
  latency.add(10ms, now);
  EXPECT_LT(latency.microseconds(now), 460000);
  EXPECT_GT(latency.microseconds(now), 400000);
}

}  // namespace
}  // namespace headgate::proxy
