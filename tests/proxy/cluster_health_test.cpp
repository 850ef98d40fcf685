#include "proxy/cluster_health.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "proxy/health_fixture.h"

namespace headgate::proxy {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;
using Spread = std::map<std::string, int>;

class OutlierDetection : public ::testing::Test, public HealthFixture {};

TEST_F(OutlierDetection, EjectsAfterFiveFailuresInARow) {
  adopt(1, 3, with_detection());
  fail(2, 4);
  EXPECT_EQ(spread(30), (Spread{{"1", 10}, {"2", 10}, {"3", 10}}));
  fail(2, 1);
  EXPECT_EQ(spread(30), (Spread{{"1", 15}, {"3", 15}}));
  EXPECT_THAT(health->dump(now), HasSubstr("10.0.0.2:80 ejected (consecutive-5xx) for 30 s more"));
}

TEST_F(OutlierDetection, ASuccessBeginsTheCountAnew) {
  adopt(1, 2, with_detection());
  fail(2, 4);
  succeed(2, 1);
  fail(2, 4);
  EXPECT_EQ(spread(10), (Spread{{"1", 5}, {"2", 5}}));
}

TEST_F(OutlierDetection, CountsTheFailuresOfAllWorkersTogether) {
  adopt(1, 2, with_detection());
  fail(2, 3, TryOutcome::failure, 0);
  fail(2, 2, TryOutcome::failure, 1);
  EXPECT_EQ(spread(10, 0), (Spread{{"1", 10}}));
  EXPECT_EQ(spread(10, 1), (Spread{{"1", 10}}));
}

TEST_F(OutlierDetection, AStatusOf500IsNoFailureOfAGateway) {
  router::HealthSettings settings = with_detection();
  settings.outliers->consecutive_5xx = 0;
  settings.outliers->consecutive_gateway_failure = 3;
  adopt(1, 2, settings);
  fail(2, 2, outcome_of_status(503));
  fail(2, 5, outcome_of_status(500));
  fail(2, 2, outcome_of_status(504));
  EXPECT_EQ(spread(10), (Spread{{"1", 5}, {"2", 5}}));
  fail(2, 1, outcome_of_status(502));
  EXPECT_EQ(spread(10), (Spread{{"1", 10}}));
  EXPECT_THAT(health->dump(now), HasSubstr("ejected (consecutive-gateway-failure)"));
}

TEST_F(OutlierDetection, StatusesBelow500AreNoFailures) {
  for (const int status : {101, 200, 304, 404, 429, 499})
    EXPECT_EQ(outcome_of_status(status), TryOutcome::success) << status;
  EXPECT_EQ(outcome_of_status(500), TryOutcome::failure);
  EXPECT_EQ(outcome_of_status(505), TryOutcome::failure);
}

TEST_F(OutlierDetection, AnEjectionEndsAndTheNextOneTakesLonger) {
  adopt(1, 2, with_detection());
  fail(2, 5);
  pass(29s);
  EXPECT_EQ(spread(10), (Spread{{"1", 10}}));
  pass(1s);
  EXPECT_EQ(spread(10), (Spread{{"1", 5}, {"2", 5}}));
  fail(2, 4);  // those of before are forgotten
  EXPECT_EQ(spread(10), (Spread{{"1", 5}, {"2", 5}}));
  fail(2, 1);
  EXPECT_THAT(health->dump(now), HasSubstr("ejected (consecutive-5xx) for 60 s more"));
}

TEST_F(OutlierDetection, NoEjectionTakesLongerThanTheLongest) {
  router::HealthSettings settings = with_detection();
  settings.outliers->max_ejection_time = 45s;
  adopt(1, 2, settings);
  fail(2, 5);
  pass(30s);
  fail(2, 5);
  EXPECT_THAT(health->dump(now), HasSubstr("for 45 s more"));
}

TEST_F(OutlierDetection, IntervalsWithoutEjectionAreForgiven) {
  adopt(1, 2, with_detection());
  fail(2, 5);
  pass(30s);
  pass(10s);
  EXPECT_THAT(health->dump(now), Not(HasSubstr("not forgiven")));
  fail(2, 5);
  EXPECT_THAT(health->dump(now), HasSubstr("for 30 s more"));
}

TEST_F(OutlierDetection, EjectsNoMoreThanItsShareOfTheEndpoints) {
  router::HealthSettings settings = with_detection();
  settings.outliers->max_ejection_percent = 40;
  adopt(1, 5, settings);
  for (int i = 1; i <= 4; ++i) fail(i, 5);
  EXPECT_EQ(spread(30), (Spread{{"3", 10}, {"4", 10}, {"5", 10}}));
}

TEST_F(OutlierDetection, MayEjectOneOfFewAndNoneWhereTheShareIsNothing) {
  router::HealthSettings settings = with_detection();
  settings.outliers->max_ejection_percent = 10;
  adopt(1, 3, settings);
  fail(1, 5);
  fail(2, 5);
  EXPECT_EQ(spread(30), (Spread{{"2", 15}, {"3", 15}}));
  settings.outliers->max_ejection_percent = 0;
  health.reset();
  adopt(1, 3, settings);
  fail(1, 5);
  EXPECT_EQ(spread(30), (Spread{{"1", 10}, {"2", 10}, {"3", 10}}));
}

TEST_F(OutlierDetection, EjectsWhoseSuccessRateStandsOut) {
  router::HealthSettings settings = with_detection();
  settings.outliers->consecutive_5xx = 0;
  adopt(1, 6, settings);
  for (int i = 1; i <= 6; ++i) succeed(i, 90, i % 2);
  for (int i = 1; i <= 5; ++i) succeed(i, 10);
  fail(6, 30);
  pass(10s);
  EXPECT_EQ(spread(50), (Spread{{"1", 10}, {"2", 10}, {"3", 10}, {"4", 10}, {"5", 10}}));
  EXPECT_THAT(health->dump(now), HasSubstr("10.0.0.6:80 ejected (success-rate) for 30 s more"));
  EXPECT_THAT(health->dump(now), HasSubstr("last interval 30 of 120 failed"));
}

TEST_F(OutlierDetection, ComparesNoRatesOfTooFewEndpointsOrRequests) {
  router::HealthSettings settings = with_detection();
  settings.outliers->consecutive_5xx = 0;
  adopt(1, 5, settings);
  for (int i = 1; i <= 4; ++i) succeed(i, 100);
  succeed(5, 29);
  fail(5, 70);  // 99: not enough, and four are too few
  pass(10s);
  EXPECT_EQ(spread(50).size(), 5U);
}

TEST_F(OutlierDetection, OnlyTheRequestsOfTheIntervalCount) {
  router::HealthSettings settings = with_detection();
  settings.outliers->consecutive_5xx = 0;
  adopt(1, 5, settings);
  for (int i = 1; i <= 5; ++i) succeed(i, 99);
  pass(10s);
  for (int i = 1; i <= 4; ++i) succeed(i, 99);
  fail(5, 99);
  pass(10s);
  EXPECT_EQ(spread(50).size(), 5U);
}

TEST_F(OutlierDetection, WhatIsKnownOutlivesANewEndpointSet) {
  adopt(1, 3, with_detection());
  fail(2, 5);
  fail(3, 4);
  adopt(2, 4, with_detection());
  EXPECT_EQ(spread(20), (Spread{{"3", 10}, {"4", 10}}));
  fail(3, 1);
  EXPECT_EQ(spread(20).size(), 3U);  // one of three is too few
  EXPECT_THAT(health->dump(now), HasSubstr("PANIC"));
}

TEST_F(OutlierDetection, TurnedOffItLetsEverybodyBack) {
  adopt(1, 2, with_detection());
  fail(2, 5);
  router::HealthSettings settings;
  settings.slow_start = 10s;
  adopt(1, 2, settings);
  pass(10s);
  EXPECT_EQ(spread(10), (Spread{{"1", 5}, {"2", 5}}));
}

using PanicThreshold = OutlierDetection;

TEST_F(PanicThreshold, AllAreUsedWhereFewerAreHealthy) {
  adopt(1, 4, with_detection());
  fail(1, 5);
  fail(2, 5);
  EXPECT_EQ(spread(20), (Spread{{"3", 10}, {"4", 10}}));  // 50 % is enough
  EXPECT_FALSE(health->series(now).panic);
  fail(3, 5);
  EXPECT_EQ(spread(20).size(), 4U);
  EXPECT_TRUE(health->series(now).panic);
  EXPECT_EQ(health->series(now).ejected, 3U);
  EXPECT_FALSE(pools[0]->is_empty());
}

TEST_F(PanicThreshold, TheOnlyEndpointIsUsedWhateverItAnswers) {
  adopt(1, 1, with_detection());
  fail(1, 5);
  EXPECT_EQ(spread(5), (Spread{{"1", 5}}));
}

TEST_F(PanicThreshold, ZeroMeansThatNobodyIsUsed) {
  router::HealthSettings settings = with_detection();
  settings.panic_threshold = 0;
  adopt(1, 2, settings);
  fail(1, 5);
  EXPECT_FALSE(pools[0]->is_empty());
  fail(2, 5);
  EXPECT_EQ(spread(5), (Spread{{"none", 5}}));
  EXPECT_TRUE(pools[0]->is_empty());
  EXPECT_EQ(pools[0]->choose_by_hash(7), nullptr);
  pass(30s);
  EXPECT_EQ(spread(10), (Spread{{"1", 5}, {"2", 5}}));
}

class SlowStart : public ::testing::Test, public HealthFixture {
 protected:
  static router::HealthSettings with_slow_start() {
    router::HealthSettings settings = with_detection();
    settings.slow_start = 100s;
    return settings;
  }
};

TEST_F(SlowStart, ANewEndpointGetsMoreAndMore) {
  adopt(1, 2, with_slow_start());
  EXPECT_EQ(spread(20), (Spread{{"1", 10}, {"2", 10}})) << "where all are new, nobody waits";
  adopt(1, 3, with_slow_start());
  EXPECT_EQ(spread(210)["3"], 10);
  pass(50s);
  EXPECT_EQ(spread(250)["3"], 50);
  EXPECT_THAT(health->dump(now), HasSubstr("10.0.0.3:80 healthy, in slow start at 50 %"));
  EXPECT_EQ(health->series(now).slow_start, 1U);
  pass(50s);
  EXPECT_EQ(spread(30), (Spread{{"1", 10}, {"2", 10}, {"3", 10}}));
}

TEST_F(SlowStart, SoDoesOneThatComesBack) {
  adopt(1, 2, with_slow_start());
  fail(2, 5);
  pass(30s);
  const Spread met = spread(110);
  EXPECT_EQ(met.at("2"), 10);
}

TEST_F(SlowStart, TheOnlyOneLeftGetsAll) {
  adopt(1, 2, with_slow_start());
  adopt(2, 3, with_slow_start());
  fail(2, 5);
  EXPECT_EQ(spread(10), (Spread{{"3", 10}}));
}

class ChoiceByHealth : public ::testing::Test, public HealthFixture {
 protected:
  void SetUp() override {
    adopt(1, 4, with_detection());
    fail(2, 5);
  }
  Random random;
};

TEST_F(ChoiceByHealth, NoWayOfChoosingMeetsAnEjectedEndpoint) {
  EndpointPool& pool = *pools[0];
  for (std::uint64_t i = 0; i < 200; ++i) {
    for (const EndpointState* const chosen :
         {pool.choose(nullptr, 0), pool.choose_any({}, random), pool.choose_fast({}, now, random),
          pool.choose_by_hash(i), pool.choose_of_subset(i, 2, {}, random),
          pool.choose_of_subset(i, 1, {}, random)})
      ASSERT_NE(chosen->endpoint.text, "10.0.0.2:80");
  }
}

TEST_F(ChoiceByHealth, OnlyTheHashesOfTheEjectedEndpointMove) {
  int moved = 0;
  for (std::uint64_t hash = 0; hash < 400; ++hash) {
    const EndpointState* const owner = pools[0]->owner_of_hash(hash);
    const bool ejected = owner->endpoint.text == "10.0.0.2:80";
    EXPECT_EQ(pools[0]->choose_by_hash(hash) == owner, !ejected);
    moved += ejected ? 1 : 0;
  }
  EXPECT_GT(moved, 0);
}

TEST_F(ChoiceByHealth, AHealthyEndpointIsTriedAgainBeforeAnEjectedOne) {
  const EndpointRef tried[] = {EndpointRef(&endpoint(1)), EndpointRef(&endpoint(3)),
                               EndpointRef(&endpoint(4))};
  for (int i = 0; i < 10; ++i) {
    const EndpointState* const again = pools[0]->choose(tried, 3);
    ASSERT_NE(again, nullptr);
    EXPECT_NE(again->endpoint.text, "10.0.0.2:80");
  }
}

TEST_F(ChoiceByHealth, ASessionKnowsWhetherItsEndpointIsAvoided) {
  EXPECT_TRUE(pools[0]->avoids(endpoint(2)));
  EXPECT_FALSE(pools[0]->avoids(endpoint(1)));
  fail(1, 5);
  fail(3, 5);
  EXPECT_FALSE(pools[0]->avoids(endpoint(2))) << "panic";
}

class HealthCheckVerdict : public ::testing::Test, public HealthFixture {
 protected:
  static router::HealthSettings with_check() {
    router::HealthSettings settings;
    settings.check.emplace();
    settings.check->expected = {{200, 299}, {404, 404}};
    return settings;
  }
  void check(int i, int status) {
    if (endpoint(i).health->note_check(CheckAnswer::http(status), *health->settings().check)) health->ask();
    if (health->is_due(now)) health->judge(now);
  }
};

TEST_F(HealthCheckVerdict, ThreeBadAnswersInARowMakeAnEndpointUnhealthyAndTwoGoodOnesHealthy) {
  adopt(1, 3, with_check());
  EXPECT_THAT(health->dump(now), HasSubstr("10.0.0.2:80 healthy, not checked yet"));
  check(2, 500);
  check(2, 0);
  EXPECT_EQ(spread(30).size(), 3U);
  check(2, 302);
  EXPECT_EQ(spread(30), (Spread{{"1", 15}, {"3", 15}}));
  EXPECT_THAT(health->dump(now), HasSubstr("10.0.0.2:80 unhealthy (health check), last check: status 302"));
  check(2, 404);
  check(2, 0);  // the count begins anew
  check(2, 200);
  EXPECT_EQ(spread(30).size(), 2U);
  check(2, 299);
  EXPECT_EQ(spread(30).size(), 3U);
}

TEST_F(HealthCheckVerdict, GoodAnswersBetweenBadOnesForgiveThem) {
  adopt(1, 2, with_check());
  for (int i = 0; i < 5; ++i) {
    check(2, 0);
    check(2, 0);
    check(2, 200);
  }
  EXPECT_EQ(spread(30).size(), 2U);
  EXPECT_EQ(health->series(now).checks, 15U);
  EXPECT_EQ(health->series(now).failed_checks, 10U);
}

TEST_F(HealthCheckVerdict, MoreThanTheShareOfOutliersMayBeUnhealthyUntilPanic) {
  adopt(1, 4, with_check());
  for (const int i : {1, 2})
    for (int n = 0; n < 3; ++n) check(i, 0);
  EXPECT_EQ(spread(30), (Spread{{"3", 15}, {"4", 15}}));
  EXPECT_EQ(health->series(now).unhealthy, 2U);
  for (int n = 0; n < 3; ++n) check(3, 0);
  EXPECT_EQ(spread(40).size(), 4U);
}

TEST_F(HealthCheckVerdict, WhoRecoversBeginsSlowly) {
  router::HealthSettings settings = with_check();
  settings.slow_start = 100s;
  adopt(1, 2, settings);
  for (int n = 0; n < 3; ++n) check(2, 0);
  for (int n = 0; n < 2; ++n) check(2, 200);
  EXPECT_EQ(spread(110).at("2"), 10);
}

TEST_F(HealthCheckVerdict, WithoutChecksNobodyStaysUnhealthy) {
  adopt(1, 2, with_check());
  for (int n = 0; n < 3; ++n) check(2, 0);
  adopt(1, 2, with_detection());
  EXPECT_EQ(spread(30).size(), 2U);
}

// The Worker that asks adopts new settings a moment after they are judged by.
TEST_F(HealthCheckVerdict, WhatAWorkerFindsOutWhenChecksAreOffAlreadyDoesNotCount) {
  adopt(1, 2, with_check());
  const router::HealthSettings before = health->settings();
  for (int n = 0; n < 2; ++n) check(2, 0);
  adopt(1, 2, with_detection());
  EXPECT_TRUE(endpoint(2).health->note_check({}, *before.check));
  health->judge(now);
  EXPECT_EQ(spread(30).size(), 2U);
  EXPECT_EQ(health->series(now).unhealthy, 0U);
  EXPECT_THAT(health->dump(now), HasSubstr("2 of 2 endpoints healthy"));
  adopt(1, 2, with_check());
  EXPECT_EQ(spread(30).size(), 2U) << "nor when they are on again";
  check(2, 0);
  EXPECT_EQ(spread(30).size(), 2U);
}

TEST_F(HealthCheckVerdict, WhatChecksFoundOutStaysWhileTheyAreOn) {
  router::HealthSettings settings = with_check();
  adopt(1, 3, settings);
  for (int n = 0; n < 3; ++n) check(2, 0);
  settings.check->unhealthy_threshold = 5;
  adopt(1, 3, settings);
  EXPECT_EQ(spread(30), (Spread{{"1", 15}, {"3", 15}}));
}

TEST_F(HealthCheckVerdict, OfGrpcServingAloneIsWell) {
  router::HealthSettings settings = with_check();
  settings.check->grpc_service = "shop.Orders";
  settings.check->unhealthy_threshold = settings.check->healthy_threshold = 1;
  adopt(1, 2, settings);
  const auto told = [&](CheckAnswer answer) {
    if (endpoint(2).health->note_check(answer, *settings.check)) health->judge(now);
    const std::string page = health->dump(now);
    return page.substr(page.find("10.0.0.2"));
  };
  const auto expect_ill = [&](CheckAnswer answer, const std::string& text) {
    EXPECT_EQ(told(CheckAnswer::serving(1)), "10.0.0.2:80 healthy, last check: SERVING\n");
    EXPECT_EQ(told(answer), "10.0.0.2:80 unhealthy (health check), last check: " + text + "\n");
  };
  expect_ill(CheckAnswer::serving(0), "UNKNOWN");
  expect_ill(CheckAnswer::serving(2), "NOT_SERVING");
  expect_ill(CheckAnswer::serving(3), "SERVICE_UNKNOWN");
  expect_ill(CheckAnswer::serving(4), "a serving status that nobody knows");
  expect_ill(CheckAnswer::serving(-1), "a serving status that nobody knows");
  expect_ill(CheckAnswer::grpc_error(12), "grpc-status 12 (UNIMPLEMENTED)");
  expect_ill(CheckAnswer::grpc_error(17), "a grpc-status that nobody knows");
  expect_ill(CheckAnswer::http(200), "status 200");
  expect_ill({}, "no answer");
}

TEST_F(HealthCheckVerdict, WhatWasCountedOutlivesTheEndpoints) {
  adopt(1, 2, with_check());
  check(1, 0);
  check(2, 200);
  adopt(2, 3, with_check());
  check(2, 200);
  EXPECT_EQ(health->series(now).checks, 3U);
  EXPECT_EQ(health->series(now).failed_checks, 1U);
}

class HealthKeeperTest : public ::testing::Test {
 protected:
  static router::ClusterUpdate update(const std::shared_ptr<const router::Cluster>& cluster, bool with_health,
                                      int endpoints = 1) {
    auto set = std::make_shared<router::EndpointSet>();
    for (int i = 1; i <= endpoints; ++i) {
      router::Endpoint endpoint;
      endpoint.address = SocketAddress::parse("10.0.0." + std::to_string(i), 80).value();
      endpoint.text = endpoint.address.to_string();
      set->endpoints.push_back(endpoint);
    }
    if (with_health) set->health.settings = std::make_shared<const router::HealthSettings>();
    return {cluster->slot, cluster, set};
  }
  static std::shared_ptr<const router::Cluster> cluster(const std::string& name, router::ClusterSlot slot) {
    auto made = std::make_shared<router::Cluster>();
    made->name = made->service = name;
    made->slot = slot;
    return made;
  }
  TimePoint now = TimePoint(std::chrono::hours(1));
  HealthKeeper keeper{2};
};

TEST_F(HealthKeeperTest, WhoAsksForNothingHasNoHealth) {
  EXPECT_TRUE(keeper.adopt({update(cluster("a", 0), false)}, now).empty());
  EXPECT_EQ(keeper.dump(now), "");
}

TEST_F(HealthKeeperTest, KnowsClustersByWhatTheyAreNotByTheirSlot) {
  const auto a = cluster("a", 1);
  const HealthUpdates first = keeper.adopt({update(cluster("z", 0), false), update(a, true)}, now);
  ASSERT_EQ(first.size(), 2U);
  EXPECT_EQ(first[0], nullptr);
  const auto kept = keeper.adopt({update(a, true, 2)}, now);
  EXPECT_EQ(kept[0]->members()[0].health, first[1]->members()[0].health);
  const auto other = keeper.adopt({update(cluster("b", 1), true)}, now);
  EXPECT_NE(other[0]->members()[0].health, first[1]->members()[0].health);
  EXPECT_THAT(keeper.dump(now), ::testing::StartsWith("cluster b: 1 of 1 endpoints healthy\n"));
}

TEST_F(HealthKeeperTest, ForgetsAClusterThatIsGone) {
  const auto a = cluster("a", 0);
  keeper.adopt({update(a, true)}, now);
  keeper.adopt({{0, a, nullptr}}, now);
  EXPECT_EQ(keeper.dump(now), "");
  EXPECT_TRUE(keeper.series(now).empty());
}

TEST_F(HealthKeeperTest, ChecksSoManyEndpointsOfANamespaceAndNoMore) {
  const auto checked = [this](const std::string& name, router::ClusterSlot slot, int endpoints) {
    router::ClusterUpdate made = update(cluster(name, slot), true, endpoints);
    auto set = std::make_shared<router::EndpointSet>(*made.endpoints);
    router::HealthSettings settings;
    settings.check.emplace();
    set->health.settings = std::make_shared<const router::HealthSettings>(settings);
    made.endpoints = set;
    return made;
  };
  const router::ClusterUpdate first = checked("a", 0, 200);
  auto health = keeper.adopt({first, checked("b", 1, 200), checked("c", 2, 200)}, now);
  EXPECT_EQ(health[0]->checked_count(), 200U);
  EXPECT_EQ(health[2]->checked_count(), HealthKeeper::kMostChecked - 400);
  EXPECT_THAT(keeper.dump(now), HasSubstr("NOT CHECKED: too many endpoints of this namespace are"));
  keeper.adopt({{0, first.cluster, nullptr}}, now);
  health = keeper.adopt({checked("d", 3, 250)}, now);
  EXPECT_EQ(health[0]->checked_count(), 200U);
}

TEST_F(HealthKeeperTest, ClustersOfOneServicePortAreOneSeries) {
  keeper.adopt({update(cluster("a", 0), true, 2), update(cluster("a", 1), true, 3)}, now);
  const auto series = keeper.series(now);
  ASSERT_EQ(series.size(), 1U);
  EXPECT_EQ(series[0].healthy, 5U);
}

}  // namespace
}  // namespace headgate::proxy
