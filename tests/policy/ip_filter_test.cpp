#include "policy/ip_filter.h"

#include <gtest/gtest.h>

#include "policy/sample_request.h"

namespace headgate::policy {
namespace {

bool passes(const IpFilter& filter, std::string_view ip) {
  return !filter.judge(SampleRequest().from(ip).view);
}
CidrList list(std::string_view text) { return *CidrList::parse(text); }

TEST(IpFilter, AnAllowListShutsAllOthersOut) {
  const IpFilter filter{{}, list("192.0.2.0/24,2001:db8::/32")};
  EXPECT_TRUE(passes(filter, "192.0.2.255"));
  EXPECT_TRUE(passes(filter, "2001:db8::1"));
  EXPECT_FALSE(passes(filter, "192.0.3.0"));
  EXPECT_FALSE(passes(filter, "2001:db9::1"));
  EXPECT_FALSE(passes(filter, "::1"));
}

TEST(IpFilter, ADenyListLetsAllOthersIn) {
  const IpFilter filter{list("192.0.2.7,2001:db8::/32"), {}};
  EXPECT_FALSE(passes(filter, "192.0.2.7"));
  EXPECT_FALSE(passes(filter, "2001:db8:1::1"));
  EXPECT_TRUE(passes(filter, "192.0.2.8"));
}

TEST(IpFilter, DenialWinsOverPermission) {
  const IpFilter filter{list("192.0.2.7"), list("192.0.2.0/24")};
  EXPECT_FALSE(passes(filter, "192.0.2.7"));
  EXPECT_TRUE(passes(filter, "192.0.2.8"));
}

TEST(IpFilter, SaysSoWith403) {
  const auto denial = IpFilter{list("0.0.0.0/0"), {}}.judge(SampleRequest().view);
  ASSERT_TRUE(denial);
  EXPECT_EQ(denial->status, 403);
  EXPECT_EQ(denial->reason, RejectReason::ip_filter);
}

}  // namespace
}  // namespace headgate::policy
