#include "policy/forwarding.h"

#include <gtest/gtest.h>

#include <string>

#include "policy/sample_request.h"

namespace headgate::policy {
namespace {

constexpr std::string_view kPeer = "10.0.0.1";

ForwardingRules rules(std::string_view trusted = "10.0.0.0/8") {
  ForwardingRules result;
  result.all_fields = result.address = true;
  result.trusted = *CidrList::parse(trusted);
  return result;
}

std::string client(std::string_view chain, std::string_view trusted = "10.0.0.0/8") {
  SampleRequest request;
  request.field("X-Forwarded-For", chain);
  return std::string(rules(trusted).read(request.fields(), kPeer).remote_ip);
}

TEST(ForwardingRules, WalkFromTheRightToTheFirstThatIsNotTrusted) {
  EXPECT_EQ(client("6.6.6.6, 192.0.2.1, 10.0.0.2"), "192.0.2.1");
  EXPECT_EQ(client("192.0.2.1"), "192.0.2.1");
  EXPECT_EQ(client("10.0.0.3,10.0.0.2"), "10.0.0.3") << "all are trusted: the first";
  EXPECT_EQ(client("6.6.6.6, 192.0.2.1", "0.0.0.0/0"), "6.6.6.6");
}

TEST(ForwardingRules, TakeAddressesWithPortAndOfBothFamilies) {
  EXPECT_EQ(client("192.0.2.1:4711"), "192.0.2.1");
  EXPECT_EQ(client("[2001:db8::1]:4711, 10.0.0.2"), "2001:db8::1");
  EXPECT_EQ(client("2001:db8::1"), "2001:db8::1");
}

TEST(ForwardingRules, StopAtWhatIsNoAddress) {
  EXPECT_EQ(client("192.0.2.1, unknown, 10.0.0.2"), "10.0.0.2");
  EXPECT_EQ(client("unknown"), "");
  EXPECT_EQ(client(""), "");
  EXPECT_EQ(client(", ,192.0.2.1, ,"), "192.0.2.1");
  EXPECT_EQ(client("[2001:db8::1, 10.0.0.2"), "10.0.0.2");
}

TEST(ForwardingRules, SeveralFieldsAreOneChain) {
  SampleRequest request;
  request.field("X-Forwarded-For", "6.6.6.6")
      .field("Other", "1")
      .field("x-forwarded-for", "192.0.2.1,10.0.0.9");
  EXPECT_EQ(rules().read(request.fields(), kPeer).remote_ip, "192.0.2.1");
  EXPECT_EQ(rules().full_chain(request.fields(), kPeer), "6.6.6.6, 192.0.2.1,10.0.0.9, 10.0.0.1");
  EXPECT_EQ(rules().full_chain(SampleRequest().fields(), kPeer), kPeer);
}

TEST(ForwardingRules, ALongChainIsNotWalkedForEver) {
  std::string chain;
  for (int i = 0; i < 1000; ++i) chain += "10.0.0.2,";
  EXPECT_EQ(client("192.0.2.1," + chain), "10.0.0.2");
}

TEST(ForwardingRules, BelieveNobodyElse) {
  SampleRequest request;
  request.field("X-Forwarded-For", "192.0.2.1").field("X-Forwarded-Host", "a.test");
  request.field("X-Forwarded-Proto", "https").field("X-Forwarded-Port", "8443");
  const ForwardedFacts stranger = rules().read(request.fields(), "192.0.2.9");
  EXPECT_EQ(stranger.remote_ip, "");
  EXPECT_EQ(stranger.host, "");
  EXPECT_EQ(stranger.scheme, "");
  EXPECT_EQ(stranger.port, "");
  const ForwardedFacts believed = rules().read(request.fields(), kPeer);
  EXPECT_EQ(believed.host, "a.test");
  EXPECT_EQ(believed.scheme, "https");
  EXPECT_EQ(believed.port, "8443");
}

TEST(ForwardingRules, RealIpIsTheAddressAlone) {
  ForwardingRules only_address = rules();
  only_address.all_fields = false;
  SampleRequest request;
  request.field("X-Forwarded-For", "192.0.2.1").field("X-Forwarded-Host", "a.test");
  request.field("X-Forwarded-Proto", "https").field("X-Forwarded-Port", "8443");
  const ForwardedFacts facts = only_address.read(request.fields(), kPeer);
  EXPECT_EQ(facts.remote_ip, "192.0.2.1");
  EXPECT_TRUE(facts.host.empty() && facts.scheme.empty() && facts.port.empty());
}

TEST(ForwardingRules, MalformedValuesSayNothingAndOfListsTheFirstCounts) {
  struct Row {
    std::string_view name, value, host, scheme, port;
  };
  for (const Row& row :
       {Row{"X-Forwarded-Host", "a.test:8080, b.test", "a.test:8080", "", ""},
        Row{"X-Forwarded-Host", "a b", "", "", ""}, Row{"X-Forwarded-Host", "a/../b", "", "", ""},
        Row{"X-Forwarded-Proto", "HTTPS,http", "", "https", ""},
        Row{"X-Forwarded-Proto", "javascript", "", "", ""}, Row{"X-Forwarded-Port", "443", "", "", "443"},
        Row{"X-Forwarded-Port", "0", "", "", ""}, Row{"X-Forwarded-Port", "65536", "", "", ""},
        Row{"X-Forwarded-Port", "x", "", "", ""}}) {
    SampleRequest request;
    request.field(row.name, row.value);
    const ForwardedFacts facts = rules().read(request.fields(), kPeer);
    EXPECT_EQ(facts.host, row.host) << row.value;
    EXPECT_EQ(facts.scheme, row.scheme) << row.value;
    EXPECT_EQ(facts.port, row.port) << row.value;
  }
}

TEST(ForwardingRules, OtherFieldsMayCarryIt) {
  ForwardingRules other = rules();
  other.for_field = "cf-connecting-ip";
  other.host_field = "x-host";
  SampleRequest request;
  request.field("X-Forwarded-For", "6.6.6.6")
      .field("CF-Connecting-IP", "192.0.2.1")
      .field("X-Host", "h.test");
  EXPECT_EQ(other.read(request.fields(), kPeer).remote_ip, "192.0.2.1");
  EXPECT_EQ(other.read(request.fields(), kPeer).host, "h.test");
}

}  // namespace
}  // namespace headgate::policy
