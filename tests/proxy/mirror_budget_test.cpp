// What copies of requests for mirrors may take together, and which part of it one namespace, or clients that
// do not finish.
#include "proxy/mirror_budget.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "proxy/mirror_copy.h"

namespace headgate::proxy {
namespace {

using Share = MirrorBudget::Share;

constexpr MirrorBudget::Use kMost{16, 1600};
constexpr bool kComing = true;
constexpr bool kWhole = false;

// Copies that fit, of each of the namespaces in turn, until none fits any more.
std::vector<Share> fill(MirrorBudget& budget, int namespaces, bool coming) {
  std::vector<Share> shares;
  for (int i = 0; i < 100; ++i)
    if (auto share = budget.begin("n" + std::to_string(i % namespaces), coming))
      shares.push_back(*std::move(share));
  return shares;
}

TEST(MirrorBudget, HasRoomForSoManyCopies) {
  MirrorBudget budget(kMost);
  EXPECT_EQ(fill(budget, 10, kWhole).size(), 16u);
  EXPECT_EQ(fill(budget, 1, kWhole).size(), 4u) << "a quarter, of one namespace";
  EXPECT_EQ(fill(budget, 10, kComing).size(), 8u) << "a half, of requests that still come";
  EXPECT_EQ(budget.used().copies, 0u) << "all were given back";
}

TEST(MirrorBudget, OneNamespaceLeavesRoomForOthers) {
  MirrorBudget budget(kMost);
  const std::vector<Share> greedy = fill(budget, 1, kWhole);
  EXPECT_FALSE(budget.begin("n0", kWhole));
  EXPECT_TRUE(budget.begin("other", kWhole));
  EXPECT_EQ(fill(budget, 10, kWhole).size(), 12u);
}

TEST(MirrorBudget, RequestsThatStillComeLeaveRoomForWholeOnes) {
  MirrorBudget budget(kMost);
  std::vector<Share> slow = fill(budget, 10, kComing);
  EXPECT_FALSE(budget.begin("late", kComing));
  EXPECT_TRUE(budget.begin("late", kWhole));
  slow.front().complete();
  slow.front().complete();
  EXPECT_TRUE(budget.begin("late", kComing)) << "one of them is whole";
  const auto held = budget.begin("late", kComing);
  EXPECT_FALSE(budget.begin("late", kComing)) << "one, however often it is said";
}

TEST(MirrorBudget, BytesHaveTheSameParts) {
  MirrorBudget budget(kMost);
  std::optional<Share> coming = budget.begin("a", kComing);
  std::optional<Share> whole = budget.begin("a", kWhole);
  EXPECT_TRUE(coming->hold(300));
  EXPECT_TRUE(whole->hold(100));
  EXPECT_FALSE(whole->hold(101)) << "400 of a namespace";
  EXPECT_EQ(budget.used().bytes, 400u) << "what was refused is not counted";
  std::optional<Share> second = budget.begin("b", kComing);
  std::optional<Share> third = budget.begin("c", kComing);
  EXPECT_TRUE(second->hold(400));
  EXPECT_FALSE(third->hold(101)) << "800 of requests that still come";
  EXPECT_TRUE(third->hold(100));
  second->complete();
  EXPECT_TRUE(third->hold(400));
  std::optional<Share> last = budget.begin("d", kWhole);
  std::optional<Share> none = budget.begin("e", kWhole);
  EXPECT_TRUE(last->hold(400));
  EXPECT_EQ(budget.used().bytes, 1600u);
  EXPECT_FALSE(none->hold(1)) << "1600 of all";
  EXPECT_TRUE(none->hold(0));
}

TEST(MirrorBudget, GetsBackWhatAShareHadOnce) {
  MirrorBudget budget(kMost);
  {
    std::optional<Share> first = budget.begin("a", kComing);
    EXPECT_TRUE(first->hold(400));
    EXPECT_TRUE(first->hold(70)) << "fewer can always be had";
    Share moved(*std::move(first));
    first.reset();
    EXPECT_EQ(budget.used().bytes, 70u) << "it went with the one it was moved to";
    EXPECT_EQ(budget.used().copies, 1u);
    EXPECT_TRUE(moved.hold(400));
  }
  EXPECT_EQ(budget.used().bytes, 0u);
  std::vector<Share> all;
  for (const char* const of : {"a", "b"}) {
    all.push_back(*budget.begin(of, kComing));
    EXPECT_TRUE(all.back().hold(400)) << "nothing is left of those before";
  }
}

TEST(MirrorCopy, CountsWhatItHolds) {
  MirrorBudget budget;
  MirrorCopy copy(*budget.begin("a", kComing));
  ASSERT_TRUE(copy.begin("POST / HTTP/1.1\r\n"));
  EXPECT_EQ(budget.used().bytes, 17u);
  ASSERT_TRUE(copy.add(std::string(500, 'x')));
  EXPECT_EQ(budget.used().bytes, 17u + 512) << "reserved, not used";
  ASSERT_TRUE(copy.add(std::string(100, 'y')));
  EXPECT_EQ(budget.used().bytes, 17u + 1024);
  EXPECT_FALSE(copy.add(std::string(MirrorCopy::kMostContent - 599, 'z')));
  EXPECT_EQ(budget.used().bytes, 17u + 1024);
  EXPECT_TRUE(copy.add(std::string(MirrorCopy::kMostContent - 600, 'z')));
  EXPECT_EQ(budget.used().bytes, 17u + MirrorCopy::kMostContent);
  const std::string whole = copy.take(true);
  EXPECT_EQ(whole.substr(0, 45), "POST / HTTP/1.1\r\nContent-Length: 1048576\r\n\r\nx");
  EXPECT_EQ(whole.size(), 17u + 25 + 2 + MirrorCopy::kMostContent);
}

}  // namespace
}  // namespace headgate::proxy
