// How a Reflector gets the state of its resource.
#include <gmock/gmock.h>

#include "k8swatch/reflector_fixture.h"

namespace headgate::k8swatch::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;
using namespace std::chrono_literals;

class ReflectorInitial : public ReflectorTest {};

TEST_F(ReflectorInitial, StreamsTheStateAndStaysOnTheStream) {
  EXPECT_EQ(request(), kWatchList);
  EXPECT_FALSE(reflector_->is_synced());
  head(200);
  bytes(event("ADDED", api_object("b", 90)) + event("ADDED", api_object("a", 7)));
  EXPECT_THAT(sink_.log, IsEmpty()) << "a part of the state is not the state";
  bytes(bookmark(100, true));
  EXPECT_THAT(sink_.take_log(), UnorderedElementsAre("+ConfigMap default/a", "+ConfigMap default/b"));
  EXPECT_TRUE(reflector_->is_synced());
  EXPECT_EQ(reflector_->last_version(), "100") << "that of the bookmark";
  bytes(event("ADDED", api_object("c", 101)));
  EXPECT_THAT(sink_.take_log(), ElementsAre("+ConfigMap default/c"));
  EXPECT_EQ(request(), "") << "the stream goes on";
}

TEST_F(ReflectorInitial, TakesChangesThatComeBeforeTheInitialStateEnds) {
  request();
  head(200);
  bytes(event("ADDED", api_object("a", 5)) + event("ADDED", api_object("b", 6)) +
        event("MODIFIED", api_object("a", 8, "new")) + event("DELETED", api_object("b", 9)) + bookmark(9) +
        bookmark(10, true));
  EXPECT_EQ(sink_.value_of("a"), "new");
  EXPECT_EQ(sink_.objects.size(), 1u);
}

TEST_F(ReflectorInitial, SpreadsHowLongWatchesLast) {
  chance_ = 0.5;
  EXPECT_NE(request().find("timeoutSeconds=450"), std::string::npos);
}

TEST_F(ReflectorInitial, ListsInTheSameRoundWhereStreamingIsRefused) {
  for (const int code : {400, 403, 404, 422, 500, 503}) {
    remake();
    request();
    answer(code, status(code, "Invalid", "resourceVersionMatch is forbidden for watch"));
    EXPECT_EQ(request(), "limit=500") << code;
    answer(200, list(42, {api_object("a", 7)}));
    EXPECT_TRUE(reflector_->is_synced()) << code;
    EXPECT_EQ(request(), watch_from("42")) << code;
    EXPECT_EQ(trouble(), "");
  }
}

TEST_F(ReflectorInitial, ListsInTheSameRoundAfterAnErrorEvent) {
  request();
  head(200);
  bytes(event("ADDED", api_object("x", 5)) + event("ERROR", status(500, "InternalError", "etcd is too old")));
  EXPECT_FALSE(reflector_->is_under_way());
  EXPECT_EQ(request(), "limit=500");
  answer(200, list(42, {api_object("a", 7)}));
  EXPECT_THAT(sink_.take_log(), ElementsAre("+ConfigMap default/a")) << "what was streamed is forgotten";
}

TEST_F(ReflectorInitial, TriesToStreamAgainInTheNextRound) {
  request();
  answer(422, status(422, "Invalid"));
  EXPECT_EQ(request(), "limit=500");
  answer(503, "upstream connect error");
  EXPECT_EQ(trouble(), "refused: 503: upstream connect error");
  EXPECT_EQ(request(), "");
  EXPECT_EQ(next_request(), kWatchList);
  EXPECT_EQ(waited_, kStep);
}

TEST_F(ReflectorInitial, DiscardsAStateThatEndsTooEarlyAndListsTheSecondTime) {
  request();
  head(200);
  bytes(event("ADDED", api_object("a", 5)));
  end();
  EXPECT_THAT(sink_.log, IsEmpty());
  EXPECT_EQ(trouble(), "unreachable: the initial state ended before it was complete");
  EXPECT_EQ(next_request(), kWatchList);
  EXPECT_EQ(waited_, kStep);
  head(200);
  bytes(event("ADDED", api_object("b", 5)));
  fail(ApiFailure::reset);
  EXPECT_EQ(request(), "limit=500");
  answer(200, list(42, {}));
  EXPECT_THAT(sink_.log, IsEmpty());
  EXPECT_TRUE(reflector_->is_synced());
}

TEST_F(ReflectorInitial, ListsWhereTheStreamSaysNothingForAMinute) {
  request();
  head(200);
  bytes(event("ADDED", api_object("a", 5)));
  EXPECT_EQ(*reflector_->deadline() - now_, 10s);
  pass(10s);
  EXPECT_EQ(*reflector_->deadline() - now_, 50s);
  EXPECT_TRUE(reflector_->is_under_way());
  pass(50s);
  EXPECT_FALSE(reflector_->is_under_way());
  EXPECT_EQ(request(), "limit=500");
}

TEST_F(ReflectorInitial, AStreamThatSaysSomethingIsNotSilent) {
  request();
  head(200);
  for (int i = 0; i < 20; ++i) {
    pass(9s);
    bytes(event("ADDED", api_object("a" + std::to_string(i), 5 + i)));
  }
  EXPECT_TRUE(reflector_->is_under_way());
}

TEST_F(ReflectorInitial, AStreamThatNeverComesToAnObjectIsListed) {
  request();
  head(200);
  for (int i = 0; i < 13; ++i) {
    pass(9s);
    bytes("\n");
  }
  EXPECT_TRUE(reflector_->is_under_way());
  EXPECT_EQ(*reflector_->deadline() - now_, 3s) << "two minutes since the head";
  pass(3s);
  EXPECT_FALSE(reflector_->is_under_way());
  EXPECT_EQ(request(), "limit=500");
  EXPECT_TRUE(fresh_);
}

TEST_F(ReflectorInitial, AListThatNeverComesToAnObjectIsBroken) {
  request();
  answer(422, status(422, "Invalid"));
  EXPECT_EQ(request(), "limit=500");
  const std::string text = list(42, {api_object("a", 7)});
  head(200);
  pass(100s);
  bytes(text.substr(0, text.size() - 3));
  for (int i = 0; i < 13; ++i) {
    pass(9s);
    bytes(" ");
  }
  EXPECT_TRUE(reflector_->is_under_way()) << "two minutes since the object";
  pass(*reflector_->deadline() - now_);
  EXPECT_FALSE(reflector_->is_under_way());
  EXPECT_EQ(trouble(), "unreachable: no object has come for two minutes");
  EXPECT_THAT(sink_.log, IsEmpty());
  EXPECT_EQ(next_request(), kWatchList);
  EXPECT_TRUE(fresh_);
}

TEST_F(ReflectorInitial, AStreamMayEndOnceTheStateIsComplete) {
  request();
  head(200);
  bytes(event("ADDED", api_object("a", 5)) + bookmark(100, true));
  pass(500ms);
  end();
  EXPECT_EQ(trouble(), "");
  EXPECT_EQ(probed(request()), watch_from("100")) << "it is not read once more";
  EXPECT_EQ(counters().relists, 0u);
}

TEST_F(ReflectorInitial, AStateWithoutAVersionIsNone) {
  request();
  head(200);
  bytes(event("ADDED", api_object("a", 5)) + bookmark(0, true));
  EXPECT_FALSE(reflector_->is_synced());
  EXPECT_THAT(sink_.log, IsEmpty());
  EXPECT_EQ(trouble(), "unreachable: a bookmark has no resourceVersion");
  EXPECT_EQ(next_request(), kWatchList);
}

TEST_F(ReflectorInitial, ReadsPageByPage) {
  request();
  answer(422, status(422, "Invalid"));
  EXPECT_EQ(request(), "limit=500");
  answer(200, list(42, {api_object("a", 7)}, "to/k+en=="));
  EXPECT_THAT(sink_.log, IsEmpty());
  EXPECT_EQ(request(), "limit=500&continue=to%2Fk%2Ben%3D%3D") << "and no resourceVersion";
  answer(200, list(42, {api_object("b", 8)}, "next"));
  EXPECT_EQ(request(), "limit=500&continue=next");
  EXPECT_THAT(sink_.log, IsEmpty());
  answer(200, list(42, {api_object("c", 9)}));
  EXPECT_EQ(sink_.log.size(), 3u);
  EXPECT_EQ(request(), watch_from("42"));
}

TEST_F(ReflectorInitial, ReadsTheWholeListWhereAPageExpires) {
  request();
  answer(422, status(422, "Invalid"));
  request();
  answer(200, list(42, {api_object("old", 7)}, "token"));
  request();
  answer(410, status(410, "Expired", "The provided continue parameter is too old"));
  EXPECT_EQ(counters().gone, 1u);
  EXPECT_EQ(request(), "") << "a query without parameters";
  EXPECT_TRUE(reflector_->is_under_way());
  answer(200, list(50, {api_object("a", 45)}));
  EXPECT_THAT(sink_.take_log(), ElementsAre("+ConfigMap default/a"));
  EXPECT_EQ(request(), watch_from("50"));
}

TEST_F(ReflectorInitial, AListCutShortIsNoList) {
  request();
  answer(422, status(422, "Invalid"));
  request();
  const std::string whole = list(42, {api_object("a", 7)});
  head(200);
  bytes(whole.substr(0, whole.size() - 4));
  end();
  EXPECT_FALSE(reflector_->is_synced());
  EXPECT_EQ(trouble(), "unreachable: a list ends in the middle");
  EXPECT_EQ(next_request(), kWatchList);
}

TEST_F(ReflectorInitial, WaitsWhereNobodyAnswers) {
  request();
  fail(ApiFailure::connect, "127.0.0.1:6443: connection refused");
  EXPECT_EQ(trouble(), "unreachable: 127.0.0.1:6443: connection refused");
  const TimePoint since = reflector_->trouble()->since;
  Duration expected = kStep;
  for (int i = 0; i < 8; ++i) {
    EXPECT_EQ(next_request(), kWatchList);
    EXPECT_TRUE(fresh_);
    EXPECT_EQ(waited_, expected);
    expected = std::min<Duration>(expected * 2, 30s);
    fail(ApiFailure::connect);
  }
  EXPECT_EQ(expected, 30s);
  EXPECT_EQ(reflector_->trouble()->since, since);
  EXPECT_EQ(next_request(), kWatchList);
  head(200);
  bytes(bookmark(5, true));
  EXPECT_EQ(trouble(), "");
}

TEST_F(ReflectorInitial, LengthensWaitsByChance) {
  request();
  chance_ = 0.5;
  fail(ApiFailure::connect);
  next_request();
  EXPECT_EQ(waited_, kStep * 3 / 2);
}

TEST_F(ReflectorInitial, ForgetsOldTroubleAfterTwoMinutes) {
  request();
  for (int i = 0; i < 6; ++i) {
    fail(ApiFailure::connect);
    next_request();
  }
  EXPECT_GT(waited_, 10s);
  now_ += 3min;
  fail(ApiFailure::connect);
  next_request();
  EXPECT_EQ(waited_, kStep);
}

TEST_F(ReflectorInitial, ObeysRetryAfter) {
  request();
  answer(429, status(429, "TooManyRequests"), 7);
  EXPECT_EQ(next_request(), kWatchList) << "being throttled is no reason for a list, which costs more";
  EXPECT_EQ(waited_, 7s);
  answer(429, status(429, "TooManyRequests", "later", R"({"retryAfterSeconds":20})"));
  next_request();
  EXPECT_EQ(waited_, 20s) << "the Status says it too";
  answer(422, status(422, "Invalid"));
  request();
  answer(503, "busy", 9);
  next_request();
  EXPECT_EQ(waited_, 9s);
}

TEST_F(ReflectorInitial, ObeysRetryAfterUpToAMinute) {
  request();
  answer(429, status(429, "TooManyRequests"), 86'400);
  EXPECT_EQ(next_request(), kWatchList);
  EXPECT_EQ(waited_, 2 * Backoff::kMost);
  answer(429, status(429, "TooManyRequests", "later", R"({"retryAfterSeconds":86400})"));
  EXPECT_EQ(next_request(), kWatchList);
  EXPECT_EQ(waited_, 2 * Backoff::kMost);
  chance_ = 0.5;
  answer(429, status(429, "TooManyRequests"), 60);
  next_request();
  EXPECT_EQ(waited_, 75s) << "many clients were told the same";
}

TEST_F(ReflectorInitial, WaitsWithWrongCredentials) {
  server_ = "https://10.96.0.1:443";
  request();
  answer(401, status(401, "Unauthorized", "Unauthorized"));
  EXPECT_EQ(trouble(), "unauthorized: 401 Unauthorized: Unauthorized (https://10.96.0.1:443)");
  EXPECT_EQ(next_request(), kWatchList);
  EXPECT_EQ(waited_, kStep);
}

TEST_F(ReflectorInitial, SaysWhatItMayNotRead) {
  request();
  answer(403, status(403, "Forbidden", "configmaps is forbidden"));
  EXPECT_EQ(request(), "limit=500") << "it may be that only watching is forbidden";
  answer(403, status(403, "Forbidden", "configmaps is forbidden"));
  EXPECT_EQ(trouble(), "forbidden: 403 Forbidden: configmaps is forbidden");
  EXPECT_FALSE(reflector_->is_synced());
  EXPECT_EQ(next_request(), kWatchList);
  EXPECT_EQ(waited_, kStep);
}

TEST_F(ReflectorInitial, ObjectsThatCannotBeDecodedDoNotBlock) {
  request();
  head(200);
  bytes(event("ADDED", broken_object("bad", 5)) + event("ADDED", api_object("good", 6)) +
        event("ADDED", R"({"metadata":{"resourceVersion":"9"}})") + bookmark(10, true));
  EXPECT_TRUE(reflector_->is_synced());
  EXPECT_EQ(counters().undecodable, 2u);
  EXPECT_THAT(sink_.take_log(), ElementsAre("+ConfigMap default/good"));
  EXPECT_EQ(sink_.all_findings().size(), 2u);
}

}  // namespace
}  // namespace headgate::k8swatch::testing
