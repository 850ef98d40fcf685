// Spans from a Worker to the control thread.
#include "observe/span_queue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

namespace headgate::observe {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> take(SpanQueue& queue, std::size_t most, std::size_t room = SIZE_MAX) {
  std::vector<std::string> out;
  (void)queue.take(out, most, room);  // whether all fitted is another test's
  return out;
}

TEST(SpanQueue, GivesWhatCameInItsOrder) {
  SpanQueue queue({});
  EXPECT_THAT(take(queue, 10), IsEmpty());
  for (const char* const span : {"a", "b", "c"}) EXPECT_TRUE(queue.push(span));
  EXPECT_EQ(queue.size(), 3u);
  EXPECT_THAT(take(queue, 2), ElementsAre("a", "b"));
  EXPECT_THAT(take(queue, 2), ElementsAre("c"));
  EXPECT_EQ(queue.size(), 0u);
}

TEST(SpanQueue, TakesNoMoreThanItsLimitAndCountsTheRest) {
  SpanQueue queue({});
  queue.set_limits(2, 2);
  EXPECT_TRUE(queue.push("a"));
  EXPECT_TRUE(queue.push("b"));
  EXPECT_FALSE(queue.push("c"));
  EXPECT_EQ(queue.dropped(), 1u);
  EXPECT_THAT(take(queue, 1), ElementsAre("a"));
  EXPECT_TRUE(queue.push("d"));
  EXPECT_THAT(take(queue, 9), ElementsAre("b", "d"));
}

TEST(SpanQueue, WakesOnceWhenEnoughWait) {
  int woken = 0;
  SpanQueue queue([&woken] { ++woken; });
  queue.set_limits(10, 2);
  queue.push("a");
  EXPECT_EQ(woken, 0);
  queue.push("b");
  EXPECT_EQ(woken, 1);
  queue.push("c");
  EXPECT_EQ(woken, 1);
  take(queue, 9);
  queue.push("d");
  queue.push("e");
  EXPECT_EQ(woken, 2);
}

TEST(SpanQueue, LeavesWhatDoesNotFit) {
  SpanQueue queue({});
  queue.push("aaaa");
  queue.push("bbbb");
  std::vector<std::string> out;
  std::size_t room = 6;
  EXPECT_FALSE(queue.take(out, 9, room));
  EXPECT_THAT(out, ElementsAre("aaaa"));
  EXPECT_EQ(room, 2u);
  EXPECT_THAT(take(queue, 9), ElementsAre("bbbb"));
}

TEST(SpanQueue, TwoThreadsLoseNothing) {
  constexpr int kSpans = 50'000;
  SpanQueue queue({});
  queue.set_limits(kSpans, kSpans);
  std::thread worker([&queue] {
    for (int i = 0; i < kSpans; ++i) queue.push(std::to_string(i));
  });
  std::vector<std::string> taken;
  while (taken.size() < kSpans) {
    std::size_t room = SIZE_MAX;
    (void)queue.take(taken, SIZE_MAX, room);  // there is room for all
  }
  worker.join();
  EXPECT_EQ(queue.dropped(), 0u);
  for (int i = 0; i < kSpans; ++i) ASSERT_EQ(taken[static_cast<std::size_t>(i)], std::to_string(i));
}

}  // namespace
}  // namespace headgate::observe
