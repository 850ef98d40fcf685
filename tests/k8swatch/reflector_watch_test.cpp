// How a Reflector follows its resource, and what it makes of every way in which that ends.
#include <gmock/gmock.h>

#include "k8swatch/reflector_fixture.h"

namespace headgate::k8swatch::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;
using namespace std::chrono_literals;

class ReflectorWatch : public ReflectorTest {
 protected:
  static constexpr Duration kLeast = Reflector::kLeastWatch;
};

TEST_F(ReflectorWatch, DeliversWhatHappens) {
  sync(event("ADDED", api_object("a", 5, "old")));
  bytes(event("MODIFIED", api_object("a", 101, "new")));
  EXPECT_EQ(sink_.value_of("a"), "new");
  EXPECT_EQ(reflector_->last_version(), "101");
  bytes(event("DELETED", api_object("a", 102)));
  EXPECT_TRUE(sink_.objects.empty());
  EXPECT_EQ(reflector_->last_version(), "102");
  EXPECT_EQ(counters().events, 2u);
  EXPECT_EQ(counters().last_event, now_);
}

TEST_F(ReflectorWatch, TakesUpAWatchWhereItEnded) {
  sync();
  bytes(event("ADDED", api_object("a", 105)));
  end_watch();
  EXPECT_EQ(request(), watch_from("105")) << "at once";
  EXPECT_FALSE(fresh_);
  EXPECT_EQ(counters().reconnects, 1u);
  EXPECT_EQ(counters().relists, 0u);
  EXPECT_EQ(trouble(), "");
}

TEST_F(ReflectorWatch, GoesOnAtTheLastBookmark) {
  sync();
  bytes(bookmark(250));
  EXPECT_THAT(sink_.log, IsEmpty());
  end_watch();
  EXPECT_EQ(request(), watch_from("250"));
  head(200);
  bytes(bookmark(250) + bookmark(251));
  end_watch();
  EXPECT_EQ(request(), watch_from("251"));
}

TEST_F(ReflectorWatch, AWatchWithEventsMayBeShort) {
  sync();
  pass(500ms);
  bytes(event("ADDED", api_object("a", 105)));
  end();
  EXPECT_EQ(probed(request()), watch_from("105"));
}

TEST_F(ReflectorWatch, ShortWatchesDoNotFollowEachOtherWithoutAPause) {
  sync();
  bytes(event("ADDED", api_object("a", 105)));
  end();
  EXPECT_EQ(probed(next_request()), watch_from("105"));
  EXPECT_EQ(waited_, Reflector::kWatchSpacing);
}

TEST_F(ReflectorWatch, RelistsAfterAVeryShortWatch) {
  sync();
  pass(5s);
  end();
  probed(request());
  head(200);
  pass(900ms);
  end();
  EXPECT_EQ(next_request(), watch_list_from("100"));
  EXPECT_EQ(waited_, kStep);
  EXPECT_TRUE(fresh_);
  EXPECT_EQ(counters().relists, 1u);
}

TEST_F(ReflectorWatch, RewatchesWhereNobodyAnswers) {
  sync();
  end_watch();
  request();
  fail(ApiFailure::connect, "connection refused");
  EXPECT_EQ(trouble(), "unreachable: connection refused");
  EXPECT_EQ(probed(next_request()), watch_from("100")) << "and does not list";
  EXPECT_EQ(waited_, kStep);
  EXPECT_TRUE(probe_was_fresh_);
  fail(ApiFailure::tls);
  EXPECT_EQ(next_request(), "limit=1");
  EXPECT_EQ(waited_, 2 * kStep);
  fail(ApiFailure::connect);
  EXPECT_EQ(probed(next_request()), watch_from("100"));
  EXPECT_EQ(waited_, 4 * kStep);
  EXPECT_EQ(counters().relists, 0u);
}

TEST_F(ReflectorWatch, RewatchesAfterBeingThrottled) {
  sync();
  end_watch();
  request();
  answer(429, status(429, "TooManyRequests"), 5);
  EXPECT_EQ(probed(next_request()), watch_from("100"));
  EXPECT_EQ(waited_, 5s);
  answer(503, "no healthy upstream");
  EXPECT_EQ(probed(next_request()), watch_from("100"));
  EXPECT_EQ(counters().relists, 0u);
}

TEST_F(ReflectorWatch, RewatchesAfterAResetAndAnIdleTimeout) {
  sync();
  for (const ApiFailure failure : {ApiFailure::reset, ApiFailure::timeout}) {
    pass(20s);
    fail(failure);
    EXPECT_EQ(probed(request()), watch_from("100"));
    EXPECT_TRUE(probe_was_fresh_);
    head(200);
  }
}

TEST_F(ReflectorWatch, ResetsThatComeTooFastMakeARelist) {
  sync();
  pass(20s);
  fail(ApiFailure::reset);
  probed(request());
  head(200);
  fail(ApiFailure::reset);
  EXPECT_EQ(next_request(), watch_list_from("100"));
}

TEST_F(ReflectorWatch, AnUnfinishedLineIsNoEvent) {
  sync();
  const std::string text = event("ADDED", api_object("a", 105));
  bytes(text.substr(0, text.size() / 2));
  end_watch();
  EXPECT_EQ(request(), watch_from("100"));
  head(200);
  bytes(text);
  EXPECT_THAT(sink_.take_log(), ElementsAre("+ConfigMap default/a"));
}

TEST_F(ReflectorWatch, RelistsAfterGone) {
  sync(event("ADDED", api_object("a", 5)));
  end_watch();
  request();
  head(200);
  bytes(event("ERROR", status(410, "Expired", "too old resource version: 100 (239)")));
  EXPECT_FALSE(reflector_->is_under_way());
  EXPECT_EQ(counters().gone, 1u);
  EXPECT_EQ(next_request(), watch_list_from("100"));
  EXPECT_EQ(waited_, kStep);
  EXPECT_EQ(trouble(), "") << "nothing is wrong";
  head(200);
  bytes(event("ADDED", api_object("a", 5)) + event("ADDED", api_object("b", 240)) + bookmark(241, true));
  EXPECT_THAT(sink_.take_log(), ElementsAre("+ConfigMap default/b")) << "what did not change is not news";
}

TEST_F(ReflectorWatch, TakesGoneInEveryForm) {
  for (const std::string& body : {status(410, "Gone"), status(410, "Expired"), std::string("gone")}) {
    remake();
    sync();
    end_watch();
    request();
    answer(410, body);
    EXPECT_EQ(next_request(), watch_list_from("100")) << body;
  }
}

TEST_F(ReflectorWatch, AsksForTheNewestStateWhereGoneComesTwice) {
  sync();
  end_watch();
  request();
  answer(410, status(410, "Expired"));
  EXPECT_EQ(next_request(), watch_list_from("100"));
  answer(410, status(410, "Expired"));
  EXPECT_EQ(request(), kWatchList) << "at once";
  answer(410, status(410, "Expired"));
  EXPECT_EQ(request(), "") << "the third time it waits";
  EXPECT_EQ(next_request(), kWatchList);
  EXPECT_EQ(counters().gone, 3u);
}

TEST_F(ReflectorWatch, AsksForTheNewestListWhereGoneComesTwice) {
  sync();
  end_watch();
  request();
  answer(410, status(410, "Expired"));
  next_request();
  answer(422, status(422, "Invalid"));
  EXPECT_EQ(request(), "resourceVersion=100") << "whole, from the server's cache";
  answer(410, status(410, "Expired"));
  EXPECT_EQ(request(), "limit=500");
  answer(200, list(300, {}));
  EXPECT_EQ(request(), watch_from("300"));
}

TEST_F(ReflectorWatch, AsksForTheNewestStateWhereTheServerIsBehind) {
  sync();
  end_watch();
  request();
  answer(504, version_too_large(), 1);
  EXPECT_EQ(next_request(), kWatchList);
  answer(422, status(422, "Invalid"));
  EXPECT_EQ(request(), "limit=500");
  answer(200, list(50, {api_object("a", 49)}));
  EXPECT_EQ(request(), watch_from("50")) << "the server has gone back";
  head(200);
  bytes(event("MODIFIED", api_object("a", 51, "new")));
  EXPECT_EQ(sink_.value_of("a"), "new");
}

TEST_F(ReflectorWatch, ListsTheNewestWhereTheServerIsBehindTheList) {
  sync();
  end_watch();
  request();
  answer(410, status(410, "Expired"));
  next_request();
  answer(422, status(422, "Invalid"));
  EXPECT_EQ(request(), "resourceVersion=100");
  answer(504, version_too_large(), 1);
  EXPECT_EQ(request(), "limit=500") << "the server has made us wait for it already";
}

TEST_F(ReflectorWatch, RelistsAfterOtherErrorEvents) {
  for (const int code : {500, 400, 403, 429}) {
    remake();
    sync();
    pass(10s);
    bytes(event("ERROR", status(code, "Odd", "etcdserver: no leader")));
    EXPECT_FALSE(reflector_->is_under_way());
    EXPECT_NE(trouble(), "");
    EXPECT_EQ(next_request(), watch_list_from("100")) << code;
    EXPECT_EQ(waited_, kStep);
  }
}

TEST_F(ReflectorWatch, RelistsAfterALineThatIsNoEvent) {
  sync();
  pass(10s);
  bytes(event("ADDED", api_object("a", 105)) + "{\"type\":\"ADD\n" + event("ADDED", api_object("b", 106)));
  EXPECT_THAT(sink_.take_log(), ElementsAre("+ConfigMap default/a"));
  EXPECT_EQ(counters().undecodable, 1u);
  EXPECT_EQ(next_request(), watch_list_from("105"));
}

TEST_F(ReflectorWatch, RelistsWhereTheVersionIsRefused) {
  sync();
  end_watch();
  request();
  answer(500, status(500, "InternalError", "strconv.ParseUint: parsing"));
  EXPECT_EQ(next_request(), watch_list_from("100"));
}

TEST_F(ReflectorWatch, KeepsWhatItHasWhereWatchingIsForbidden) {
  sync(event("ADDED", api_object("a", 5)));
  end_watch();
  request();
  for (const int code : {403, 401}) {
    answer(code, status(code, "Forbidden", "configmaps is forbidden"));
    EXPECT_TRUE(trouble().starts_with(code == 403 ? "forbidden: " : "unauthorized: ")) << trouble();
    EXPECT_EQ(probed(next_request()), watch_from("100"));
  }
  EXPECT_EQ(sink_.objects.size(), 1u);
  EXPECT_EQ(counters().relists, 0u);
}

TEST_F(ReflectorWatch, ARefusalNeedNotEnd) {
  sync();
  end_watch();
  request();
  head(503);
  bytes("no healthy upstream" + std::string(Reflector::kMaxErrorBody - 20, '.'));
  EXPECT_TRUE(reflector_->is_under_way());
  bytes("..");
  EXPECT_FALSE(reflector_->is_under_way());
  EXPECT_TRUE(trouble().starts_with("refused: 503: no healthy upstream...")) << trouble();
  EXPECT_EQ(probed(next_request()), watch_from("100"));
}

TEST_F(ReflectorWatch, ARefusalIsCompleteAfterTenSeconds) {
  sync();
  end_watch();
  request();
  head(403);
  bytes("go a");
  pass(9s);
  bytes("way");
  EXPECT_TRUE(reflector_->is_under_way());
  EXPECT_EQ(*reflector_->deadline() - now_, 1s);
  pass(1s);
  EXPECT_FALSE(reflector_->is_under_way());
  EXPECT_EQ(trouble(), "forbidden: 403: go away");
  EXPECT_EQ(probed(next_request()), watch_from("100"));
  EXPECT_TRUE(probe_was_fresh_);
}

TEST_F(ReflectorWatch, AWatchWithoutAnAnswerIsGivenUp) {
  sync();
  end_watch();
  EXPECT_EQ(request(), watch_from("100"));
  EXPECT_EQ(*reflector_->deadline() - now_, 65s);
  pass(64s);
  EXPECT_TRUE(reflector_->is_under_way());
  EXPECT_EQ(trouble(), "");
  pass(1s);
  EXPECT_FALSE(reflector_->is_under_way());
  EXPECT_EQ(trouble(), "unreachable: a watch is not answered");
  EXPECT_EQ(probed(next_request()), watch_from("100"));
  EXPECT_EQ(waited_, kStep);
  EXPECT_TRUE(probe_was_fresh_);
}

TEST_F(ReflectorWatch, AProbeThatNeverComesToAnObjectIsGivenUp) {
  sync();
  pass(20s);
  fail(ApiFailure::reset);
  EXPECT_EQ(request(), "limit=1");
  head(200);
  for (int i = 0; i < 12; ++i) {
    bytes(" ");
    pass(10s);
  }
  EXPECT_FALSE(reflector_->is_under_way());
  EXPECT_EQ(trouble(), "unreachable: no object has come for two minutes");
  EXPECT_EQ(probed(next_request()), watch_from("100"));
}

TEST_F(ReflectorWatch, DoesNotTakeAnObjectOfAnotherKind) {
  sync(event("ADDED", api_object("a", 5, "good")));
  const std::string foreign =
      R"({"kind":"Secret","apiVersion":"v1","metadata":{"name":"a","namespace":"default","uid":"u-x",)"
      R"("resourceVersion":"105"},"data":{}})";
  bytes(event("MODIFIED", foreign));
  EXPECT_EQ(sink_.value_of("a"), "good");
  EXPECT_THAT(
      sink_.all_findings(),
      ElementsAre("error: ConfigMap of the API server: an object of a watch is a \"Secret\" in a watch of "
                  "another kind and is not taken"));
  EXPECT_EQ(counters().undecodable, 1u);
  bytes(event("DELETED", foreign));
  EXPECT_EQ(sink_.value_of("a"), "good");
  EXPECT_EQ(next_request(), watch_list_from("100")) << "which versions it has is not known either";
}

TEST_F(ReflectorWatch, TroubleEndsWithTheFirstSignOfLife) {
  sync();
  end_watch();
  request();
  fail(ApiFailure::connect);
  probed(next_request());
  head(200);
  EXPECT_NE(trouble(), "") << "it may end at once";
  EXPECT_EQ(*reflector_->deadline() - now_, 1s);
  pass(1s);
  EXPECT_EQ(trouble(), "") << "a quiet watch is fine";
  EXPECT_EQ(reflector_->deadline(), std::nullopt);
}

TEST_F(ReflectorWatch, IgnoresReplays) {
  sync(event("ADDED", api_object("a", 50, "a50")) + event("ADDED", api_object("b", 60)));
  bytes(event("MODIFIED", api_object("a", 110, "a110")) + event("DELETED", api_object("b", 111)));
  sink_.take_log();
  bytes(event("MODIFIED", api_object("a", 110, "again")) + event("MODIFIED", api_object("a", 105, "older")) +
        event("ADDED", api_object("b", 60)) + event("MODIFIED", api_object("b", 108)) +
        event("DELETED", api_object("a", 100)));
  EXPECT_THAT(sink_.log, IsEmpty());
  EXPECT_EQ(sink_.value_of("a"), "a110");
  EXPECT_EQ(reflector_->last_version(), "111");
}

TEST_F(ReflectorWatch, IgnoresReplaysOfTheWatchBefore) {
  sync();
  bytes(event("ADDED", api_object("a", 101)) + event("DELETED", api_object("a", 102)));
  end_watch();
  request();
  head(200);
  sink_.take_log();
  bytes(event("ADDED", api_object("a", 101)));
  EXPECT_THAT(sink_.log, IsEmpty());
}

TEST_F(ReflectorWatch, TakesEventsOfDifferentObjectsOutOfOrder) {
  sync();
  bytes(event("ADDED", api_object("a", 110)) + event("ADDED", api_object("b", 109)));
  EXPECT_EQ(sink_.objects.size(), 2u);
  EXPECT_EQ(reflector_->last_version(), "110");
}

TEST_F(ReflectorWatch, TakesVersionsThatCannotBeCompared) {
  sync();
  bytes(event("ADDED", R"({"metadata":{"name":"a","namespace":"default","resourceVersion":"x1"}})") +
        event("MODIFIED", R"({"metadata":{"name":"a","namespace":"default","resourceVersion":"x0"}})"));
  EXPECT_THAT(sink_.take_log(), ElementsAre("+ConfigMap default/a", "+ConfigMap default/a"));
  end_watch();
  EXPECT_EQ(request(), watch_from("x0"));
}

TEST_F(ReflectorWatch, AnotherObjectOfTheSameNameIsAnotherObject) {
  sync(event("ADDED", api_object("a", 5, "v", "first")));
  bytes(event("ADDED", api_object("a", 105, "v", "second")));
  EXPECT_THAT(sink_.take_log(), ElementsAre("-ConfigMap default/a", "+ConfigMap default/a"));
}

TEST_F(ReflectorWatch, FindsWhatWasDeletedAndRecreatedMeanwhile) {
  sync(event("ADDED", api_object("kept", 5)) + event("ADDED", api_object("deleted", 6)) +
       event("ADDED", api_object("recreated", 7, "v", "first")) +
       event("ADDED", api_object("changed", 8, "old")));
  pass(10s);
  bytes(event("ERROR", status(410, "Expired")));
  next_request();
  head(200);
  bytes(event("ADDED", api_object("kept", 5)) + event("ADDED", api_object("recreated", 120, "v", "second")) +
        event("ADDED", api_object("changed", 121, "new")));
  EXPECT_THAT(sink_.log, IsEmpty());
  bytes(bookmark(200, true));
  EXPECT_THAT(sink_.take_log(),
              UnorderedElementsAre("-ConfigMap default/deleted", "-ConfigMap default/recreated",
                                   "+ConfigMap default/recreated", "+ConfigMap default/changed"));
  EXPECT_EQ(reflector_->object_count(), 3u);
}

TEST_F(ReflectorWatch, AnObjectThatLeavesTheSelectorIsGone) {
  sync(event("ADDED", api_object("a", 5)));
  bytes(event("DELETED", api_object("a", 105, "as it was before")));
  EXPECT_TRUE(sink_.objects.empty());
  bytes(event("ADDED", api_object("a", 106, "back")));
  EXPECT_EQ(sink_.value_of("a"), "back");
}

TEST_F(ReflectorWatch, KeepsTheLastGoodVersionOfABrokenObject) {
  sync(event("ADDED", api_object("a", 5, "good")));
  bytes(event("MODIFIED", broken_object("a", 105)));
  EXPECT_EQ(sink_.value_of("a"), "good");
  EXPECT_EQ(sink_.all_findings().size(), 1u);
  EXPECT_EQ(counters().undecodable, 1u);
  EXPECT_EQ(reflector_->last_version(), "105") << "it is not asked for again";
  bytes(event("MODIFIED", api_object("a", 106, "better")));
  EXPECT_EQ(sink_.value_of("a"), "better");
  EXPECT_THAT(sink_.all_findings(), IsEmpty());
  bytes(event("MODIFIED", broken_object("a", 107)) + event("DELETED", broken_object("a", 108)));
  EXPECT_TRUE(sink_.objects.empty());
  EXPECT_THAT(sink_.all_findings(), IsEmpty());
}

TEST_F(ReflectorWatch, ABrokenObjectThatIsAnotherOneHasNoGoodVersion) {
  sync(event("ADDED", api_object("a", 5, "good", "first")));
  bytes(event("ADDED", broken_object("a", 105)));
  EXPECT_TRUE(sink_.objects.empty());
  EXPECT_EQ(sink_.all_findings().size(), 1u);
}

TEST_F(ReflectorWatch, ARelistMendsABrokenObject) {
  sync(event("ADDED", api_object("a", 5, "good")) + event("ADDED", broken_object("b", 6)));
  bytes(event("MODIFIED", broken_object("a", 105)) + event("ERROR", status(410, "Expired")));
  next_request();
  head(200);
  bytes(event("ADDED", api_object("a", 106, "mended")) + bookmark(200, true));
  EXPECT_EQ(sink_.value_of("a"), "mended");
  EXPECT_THAT(sink_.all_findings(), IsEmpty()) << "b is gone";
}

TEST_F(ReflectorWatch, PassesOverEventsOfUnknownTypes) {
  sync();
  bytes(event("SPLIT", "{}") + event("ADDED", api_object("a", 105)));
  EXPECT_THAT(sink_.take_log(), ElementsAre("+ConfigMap default/a"));
}

TEST_F(ReflectorWatch, LastGoodStateSurvivesAnyOutage) {
  sync(event("ADDED", api_object("a", 5)));
  pass(10s);
  fail(ApiFailure::reset);
  for (int i = 0; i < 1000; ++i) {
    ASSERT_NE(next_request(), "");
    fail(i % 3 == 0 ? ApiFailure::timeout : ApiFailure::connect);
    ASSERT_LE(waited_, 60s);
  }
  EXPECT_EQ(sink_.objects.size(), 1u);
  EXPECT_EQ(probed(next_request()), watch_from("100"));
}

TEST_F(ReflectorWatch, RelistsWhereTheServerHasGoneBack) {
  sync(event("ADDED", api_object("kept", 5)) + event("ADDED", api_object("younger", 90)));
  pass(20s);
  fail(ApiFailure::reset);
  EXPECT_EQ(request(), "limit=1");
  answer(200, list(80, {api_object("kept", 5)}));
  EXPECT_EQ(next_request(), kWatchList) << "our version is from a future that never came";
  EXPECT_EQ(waited_, kStep);
  head(200);
  bytes(event("ADDED", api_object("kept", 5)) + bookmark(80, true));
  EXPECT_THAT(sink_.take_log(), ElementsAre("-ConfigMap default/younger", "+ConfigMap default/kept"))
      << "that of the same version may be another content";
  EXPECT_EQ(reflector_->last_version(), "80");
  bytes(event("MODIFIED", api_object("kept", 81, "new")));
  EXPECT_EQ(sink_.value_of("kept"), "new");
}

TEST_F(ReflectorWatch, TakesOtherContentOfTheSameVersionAfterARestore) {
  for (const bool streams : {true, false}) {
    remake();
    sync(event("ADDED", api_object("a", 90, "before the restore")));
    pass(20s);
    fail(ApiFailure::reset);
    EXPECT_EQ(request(), "limit=1");
    answer(200, list(95, {}));
    EXPECT_EQ(next_request(), kWatchList);
    const std::string other = api_object("a", 90, "written since");
    if (streams) {
      head(200);
      bytes(event("ADDED", other) + bookmark(95, true));
    } else {
      answer(422, status(422, "Invalid"));
      EXPECT_EQ(request(), "limit=500");
      answer(200, list(95, {other}));
    }
    EXPECT_EQ(sink_.value_of("a"), "written since") << streams;
  }
}

TEST_F(ReflectorWatch, FindsThatTheServerHasGoneBackBehindARefusal) {
  sync();
  end_watch();
  request();
  answer(503, "no healthy upstream");
  EXPECT_EQ(next_request(), "limit=1") << "the proxy is up, the server behind it is being restored";
  answer(200, list(80, {}));
  EXPECT_EQ(next_request(), kWatchList);
}

TEST_F(ReflectorWatch, WaitsTenSecondsForAProbeAndThenAsksAgain) {
  sync();
  pass(2min);
  end();
  EXPECT_EQ(request(), "limit=1");
  EXPECT_EQ(patience_, 10s);
  pass(10s);
  fail(ApiFailure::timeout);
  EXPECT_EQ(next_request(), "limit=1");
  EXPECT_EQ(patience_, 10s);
}

TEST_F(ReflectorWatch, FindsThatTheServerHasGoneBackAfterAnEarlyEnd) {
  sync();
  pass(2min);
  end();
  EXPECT_EQ(request(), "limit=1") << "a proxy ends streams in an orderly way";
  answer(200, list(80, {}));
  EXPECT_EQ(next_request(), kWatchList);
}

TEST_F(ReflectorWatch, AWatchThatEndsALittleEarlyIsNotSuspect) {
  sync();
  pass(kLeast - 20s);
  end();
  EXPECT_EQ(request(), watch_from("100"));
}

TEST_F(ReflectorWatch, WatchesOnWhereTheNewestVersionCannotBeAsked) {
  for (const int code : {400, 403, 404, 410, 500}) {
    remake();
    sync();
    pass(20s);
    fail(ApiFailure::reset);
    EXPECT_EQ(request(), "limit=1");
    answer(code, status(code, "Odd"));
    EXPECT_EQ(request(), watch_from("100")) << code;
  }
}

TEST_F(ReflectorWatch, AsksAgainForTheNewestVersionWhereTheServerIsBusy) {
  sync();
  pass(20s);
  fail(ApiFailure::reset);
  EXPECT_EQ(request(), "limit=1");
  answer(429, status(429, "TooManyRequests"), 3);
  EXPECT_EQ(next_request(), "limit=1");
  EXPECT_EQ(waited_, 3s);
  head(200);
  bytes("{\"kind\":");
  end();
  EXPECT_EQ(probed(next_request()), watch_from("100"));
}

}  // namespace
}  // namespace headgate::k8swatch::testing
