#include "policy/limits.h"

#include <gtest/gtest.h>

#include "policy/sample_request.h"

namespace headgate::policy {
namespace {

RateLimit one_a_second() {
  RateLimit limit;
  limit.zone = std::make_shared<LimitZone>();
  limit.buckets[0] = RateBucket::requests(1, std::chrono::seconds(1), 0);
  return limit;
}

bool passes(const RateLimit& limit, const SampleRequest& request) { return !limit.judge(request.view); }

TEST(RateLimit, CountsByTheClientsAddress) {
  const RateLimit limit = one_a_second();
  EXPECT_TRUE(passes(limit, SampleRequest().from("192.0.2.1")));
  EXPECT_FALSE(passes(limit, SampleRequest().from("192.0.2.1")));
  EXPECT_TRUE(passes(limit, SampleRequest().from("2001:db8::1")));
  const auto denial = limit.judge(SampleRequest().from("192.0.2.1").view);
  ASSERT_TRUE(denial);
  EXPECT_EQ(denial->status, 503);
  EXPECT_EQ(denial->reason, RejectReason::rate_limit);
}

TEST(RateLimit, ExemptClientsAreNotCounted) {
  RateLimit limit = one_a_second();
  limit.clients.exempt = *CidrList::parse("192.0.2.0/24");
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(passes(limit, SampleRequest().from("192.0.2.1")));
  EXPECT_TRUE(passes(limit, SampleRequest().from("198.51.100.1")));
  EXPECT_FALSE(passes(limit, SampleRequest().from("198.51.100.1")));
}

TEST(RateLimit, AKeyOfItsOwnCountsInPlaceOfTheAddressAndWithoutItNobodyIsLimited) {
  RateLimit limit = one_a_second();
  limit.clients.key = *Template::parse("$http_x_key");
  EXPECT_TRUE(passes(limit, SampleRequest().from("192.0.2.1").field("X-Key", "a")));
  EXPECT_FALSE(passes(limit, SampleRequest().from("192.0.2.2").field("X-Key", "a")));
  EXPECT_TRUE(passes(limit, SampleRequest().from("192.0.2.2").field("X-Key", "b")));
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(passes(limit, SampleRequest()));
}

TEST(ConnectionLimit, HoldsASlotForEachRequest) {
  ConnectionLimit limit;
  limit.zone = std::make_shared<LimitZone>();
  limit.most = 1;
  limit.status = 429;
  ConnectionSlot first;
  ConnectionSlot second;
  EXPECT_FALSE(limit.judge(SampleRequest().view, first));
  const auto denial = limit.judge(SampleRequest().view, second);
  ASSERT_TRUE(denial);
  EXPECT_EQ(denial->status, 429);
  EXPECT_EQ(denial->reason, RejectReason::connection_limit);
  second.give_back();  // it has none
  EXPECT_TRUE(limit.judge(SampleRequest().view, second));
  first.give_back();
  EXPECT_FALSE(limit.judge(SampleRequest().view, second));
}

}  // namespace
}  // namespace headgate::policy
