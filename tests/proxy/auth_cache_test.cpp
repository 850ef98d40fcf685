// Answers that are kept: for their time, and within bounds.
#include <gtest/gtest.h>

#include <string>

#include "proxy/auth_cache.h"

namespace headgate::proxy {
namespace {

using namespace std::chrono_literals;

policy::SubrequestAnswer answer(int status, std::string value = "v") {
  policy::SubrequestAnswer result;
  result.status = status;
  result.fields.push_back({"X", std::move(value)});
  return result;
}

TEST(AuthCache, KeepsForTheTimeGiven) {
  AuthCache cache;
  const TimePoint now = Clock::now();
  cache.put("a", answer(200), now, 10s);
  ASSERT_NE(cache.find("a", now + 9s), nullptr);
  EXPECT_EQ(cache.find("a", now + 9s)->status, 200);
  EXPECT_EQ(cache.find("b", now), nullptr);
  EXPECT_EQ(cache.find("a", now + 10s), nullptr);
  EXPECT_EQ(cache.size(), 0u);
  EXPECT_EQ(cache.bytes(), 0u);
}

TEST(AuthCache, ForgetsWhatNobodyAskedForInHalfAnHour) {
  AuthCache cache;
  const TimePoint now = Clock::now();
  cache.put("a", answer(200), now, 24h);
  EXPECT_NE(cache.find("a", now + 29min), nullptr);
  EXPECT_NE(cache.find("a", now + 58min), nullptr);
  EXPECT_EQ(cache.find("a", now + 89min), nullptr);
}

TEST(AuthCache, TheNewerAnswerCounts) {
  AuthCache cache;
  const TimePoint now = Clock::now();
  cache.put("a", answer(200), now, 10s);
  const std::size_t bytes = cache.bytes();
  cache.put("a", answer(401), now, 10s);
  EXPECT_EQ(cache.find("a", now)->status, 401);
  EXPECT_EQ(cache.size(), 1u);
  EXPECT_EQ(cache.bytes(), bytes);
}

TEST(AuthCache, IsBounded) {
  AuthCache cache;
  const TimePoint now = Clock::now();
  for (std::size_t i = 0; i < AuthCache::kMostEntries + 100; ++i)
    cache.put(std::to_string(i), answer(200), now, 10s);
  EXPECT_EQ(cache.size(), AuthCache::kMostEntries);
  EXPECT_EQ(cache.find("0", now), nullptr) << "the oldest went";
  EXPECT_NE(cache.find(std::to_string(AuthCache::kMostEntries), now), nullptr);
  for (int i = 0; i < 400; ++i)
    cache.put("large" + std::to_string(i), answer(200, std::string(60000, 'x')), now, 10s);
  EXPECT_LE(cache.bytes(), AuthCache::kMostBytes);
  cache.put("too large", answer(200, std::string(AuthCache::kLargestEntry, 'x')), now, 10s);
  EXPECT_EQ(cache.find("too large", now), nullptr);
}

TEST(AuthCache, WhatIsUsedStays) {
  AuthCache cache;
  const TimePoint now = Clock::now();
  cache.put("kept", answer(200), now, 10s);
  for (std::size_t i = 0; i < AuthCache::kMostEntries * 2; ++i) {
    cache.put(std::to_string(i), answer(200), now, 10s);
    ASSERT_NE(cache.find("kept", now), nullptr);
  }
}

}  // namespace
}  // namespace headgate::proxy
