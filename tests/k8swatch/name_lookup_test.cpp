// The order in which complete names are asked for, and what is made of the results.
#include "k8swatch/name_lookup.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "k8swatch/search_list.h"

namespace headgate::k8swatch {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Outcome = NameAnswer::Outcome;

const SearchRules kPod{{"shop.svc.cluster.local", "svc.cluster.local.", "cluster.local"}, 5};

TEST(SearchList, ANameWithFewDotsIsSearchedForFirst) {
  EXPECT_THAT(search_list("db.example.org", kPod),
              ElementsAre("db.example.org.shop.svc.cluster.local", "db.example.org.svc.cluster.local",
                          "db.example.org.cluster.local", "db.example.org"));
}

TEST(SearchList, ANameWithEnoughDotsIsTakenAsItIsFirst) {
  EXPECT_THAT(search_list("a.b.c.d.e.f", kPod)[0], "a.b.c.d.e.f");
  EXPECT_EQ(search_list("a.b.c.d.e.f", kPod).size(), 4U);
  EXPECT_THAT(search_list("a.b", {{"x"}, 1}), ElementsAre("a.b", "a.b.x"));
  EXPECT_THAT(search_list("a", {{"x"}, 0}), ElementsAre("a", "a.x"));
}

TEST(SearchList, ADotAtTheEndMakesANameComplete) {
  EXPECT_THAT(search_list("db.example.org.", kPod), ElementsAre("db.example.org"));
  EXPECT_THAT(search_list("db.", kPod), ElementsAre("db"));
}

TEST(SearchList, NamesTooLongForTheDnsAreLeftOut) {
  const std::string name = std::string(60, 'a') + "." + std::string(60, 'b') + "." + std::string(60, 'c');
  EXPECT_THAT(search_list(name, {{std::string(60, 'd') + "." + std::string(12, 'e'), "x"}, 5}),
              ElementsAre(name + ".x", name));
  EXPECT_THAT(search_list(std::string(254, 'a'), {}), IsEmpty());
}

TEST(SearchList, DomainsAreBounded) {
  EXPECT_EQ(search_list("a", {std::vector<std::string>(100, "x"), 1}).size(), kMostSearchDomains + 1);
}

QueryResult found(const std::string& address, int ttl = 60) {
  return {Outcome::found, {*SocketAddress::parse(address, 0)}, std::chrono::seconds(ttl), ""};
}
const QueryResult kAbsent{Outcome::absent, {}, {}, "absent"};
const QueryResult kFailed{Outcome::failed, {}, {}, "failed"};

TEST(NameLookup, JoinsBothFamiliesWithTheLeastTtl) {
  NameLookup lookup({"a", "b"});
  EXPECT_FALSE(lookup.take(found("fd00::1", 30)));
  EXPECT_FALSE(lookup.done());
  EXPECT_TRUE(lookup.take(found("10.0.0.1", 90)));
  ASSERT_TRUE(lookup.done());
  const NameAnswer answer = std::move(lookup).answer();
  EXPECT_EQ(answer.outcome, Outcome::found);
  EXPECT_EQ(answer.ttl, std::chrono::seconds(30));
  ASSERT_EQ(answer.addresses.size(), 2U);
  EXPECT_EQ(answer.addresses[0].ip_string(), "10.0.0.1");
}

TEST(NameLookup, OneFamilyIsEnough) {
  for (const QueryResult& other : {kAbsent, kFailed}) {
    NameLookup lookup({"a", "b"});
    lookup.take(other);
    lookup.take(found("10.0.0.1"));
    ASSERT_TRUE(lookup.done());
    EXPECT_EQ(std::move(lookup).answer().outcome, Outcome::found);
  }
}

TEST(NameLookup, GoesOnToTheNextNameWithoutAnAddress) {
  NameLookup lookup({"a", "b", "c"});
  EXPECT_EQ(lookup.name(), "a");
  lookup.take(kAbsent);
  EXPECT_TRUE(lookup.take(kAbsent));
  EXPECT_EQ(lookup.name(), "b");
  lookup.take(kFailed);
  lookup.take(kFailed);
  EXPECT_EQ(lookup.name(), "c");
  lookup.take(kAbsent);
  lookup.take(found("10.0.0.1"));
  EXPECT_TRUE(lookup.done());
  EXPECT_EQ(std::move(lookup).answer().addresses.size(), 1U);
}

TEST(NameLookup, IsAbsentOnlyWhereEveryNameIs) {
  NameLookup all({"a", "b"});
  for (int i = 0; i < 4; ++i) all.take(kAbsent);
  ASSERT_TRUE(all.done());
  const NameAnswer absent = std::move(all).answer();
  EXPECT_EQ(absent.outcome, Outcome::absent);
  EXPECT_EQ(absent.error, "absent");
  NameLookup some({"a", "b"});
  for (const QueryResult& each : {kFailed, kAbsent, kAbsent, kAbsent}) some.take(each);
  ASSERT_TRUE(some.done());
  const NameAnswer failed = std::move(some).answer();
  EXPECT_EQ(failed.outcome, Outcome::failed);
  EXPECT_EQ(failed.error, "failed");
}

TEST(KeepReachable, LeavesOutAFamilyWithoutRouteWhereThereAreOthers) {
  const auto kept = [](std::vector<std::string> texts, MachineRoutes routes) {
    std::vector<SocketAddress> addresses;
    for (const std::string& text : texts) addresses.push_back(*SocketAddress::parse(text, 0));
    keep_reachable(addresses, routes);
    std::vector<std::string> result;
    for (const SocketAddress& each : addresses) result.push_back(each.ip_string());
    return result;
  };
  EXPECT_THAT(kept({"192.0.2.1", "2001:db8::1"}, {false, true}), ElementsAre("2001:db8::1"));
  EXPECT_THAT(kept({"192.0.2.1", "2001:db8::1"}, {true, false}), ElementsAre("192.0.2.1"));
  EXPECT_THAT(kept({"192.0.2.1", "2001:db8::1"}, {true, true}), ElementsAre("192.0.2.1", "2001:db8::1"));
  EXPECT_THAT(kept({"192.0.2.1", "2001:db8::1"}, {false, false}), ElementsAre("192.0.2.1", "2001:db8::1"));
  EXPECT_THAT(kept({"192.0.2.1"}, {false, true}), ElementsAre("192.0.2.1"));
}

TEST(NameLookup, WithoutAnyNameItIsOverAtOnce) {
  NameLookup lookup({});
  ASSERT_TRUE(lookup.done());
  EXPECT_EQ(std::move(lookup).answer().outcome, Outcome::absent);
}

}  // namespace
}  // namespace headgate::k8swatch
