// Every fault, as it looks on the wire.
#include "fakeapi/fault.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fakeapi/api_client.h"
#include "fakeapi/fake_api.h"
#include "fakeapi/manifests.h"
#include "support/port_reservation.h"

namespace headgate::fakeapi {
namespace {

using namespace std::chrono_literals;
using test_support::HttpResponse;
using ::testing::StartsWith;

const std::string kWatch =
    std::string(kConfigMaps) + "?watch=true&allowWatchBookmarks=true&resourceVersion=1";

TEST(Fault, AnswersWithAnErrorAndRetryAfter) {
  FakeApi api;
  const int id =
      api.inject({.verb = "create", .resource = "configmaps", .times = 2, .status = 429, .retry_after = 7s});
  const HttpResponse response = ask(api.port(), "POST", kConfigMaps, config_map_json("a"));
  EXPECT_EQ(response.status, 429);
  EXPECT_EQ(response.field("Retry-After"), "7");
  EXPECT_EQ(Json::parse(response.body)["reason"], "TooManyRequests");
  EXPECT_FALSE(api.get("configmaps", "default", "a"));
  EXPECT_EQ(ask(api.port(), kConfigMaps).status, 200);  // another verb
  EXPECT_EQ(ask(api.port(), "POST", kConfigMaps, config_map_json("a")).status, 429);
  EXPECT_EQ(ask(api.port(), "POST", kConfigMaps, config_map_json("a")).status, 201);
  EXPECT_EQ(api.fault_hits(id), 2);
}

TEST(Fault, MeetsOnlyLaterPages) {
  FakeApi api;
  for (const char* name : {"a", "b"}) api.create(config_map_json(name));
  api.inject({.verb = "list", .continued = true, .status = 410});
  const HttpResponse page = ask(api.port(), std::string(kConfigMaps) + "?limit=1");
  ASSERT_EQ(page.status, 200);
  const std::string token = string_member(Json::parse(page.body)["metadata"], "continue");
  EXPECT_EQ(ask(api.port(), std::string(kConfigMaps) + "?limit=1&continue=" + token).status, 410);
  EXPECT_EQ(ask(api.port(), std::string(kConfigMaps) + "?limit=1&continue=" + token).status, 200);
}

TEST(Fault, LetsSomeGoByFirst) {
  FakeApi api;
  api.inject({.verb = "list", .skip = 1, .status = 500});
  EXPECT_EQ(ask(api.port(), kConfigMaps).status, 200);
  EXPECT_EQ(ask(api.port(), kConfigMaps).status, 500);
  EXPECT_EQ(ask(api.port(), kConfigMaps).status, 200);
}

TEST(Fault, DropsTheAnswerOfAWriteThatHappened) {
  FakeApi api;
  api.inject({.verb = "create", .drop_answer = true});
  EXPECT_EQ(ask(api.port(), "POST", kConfigMaps, config_map_json("a")).status, 0);
  EXPECT_TRUE(api.get("configmaps", "default", "a"));
}

TEST(Fault, SplitsALine) {
  FakeApi api;
  api.inject({.verb = "watch", .cut = Cut::split, .at = 10});
  WatchClient watch(api.port(), kWatch);
  api.create(config_map_json("a"));
  EXPECT_EQ(watch.chunk(), "{\"type\":\"A");
  EXPECT_THAT(watch.chunk().value_or(""), StartsWith("DDED\",\"object\":{"));
}

TEST(Fault, SendsPieces) {
  FakeApi api;
  api.inject({.verb = "watch", .pieces = 7});
  WatchClient watch(api.port(), kWatch);
  api.create(config_map_json("a"));
  EXPECT_EQ(watch.chunk(), "{\"type\"");
  EXPECT_EQ(watch.chunk(), ":\"ADDED");
}

TEST(Fault, StallsInALineUntilReleased) {
  FakeApi api;
  api.inject({.verb = "watch", .cut = Cut::stall, .at = 10});
  WatchClient watch(api.port(), kWatch);
  api.create(config_map_json("a"));
  EXPECT_EQ(watch.chunk(), "{\"type\":\"A");
  EXPECT_TRUE(watch.is_silent(20ms));
  api.release_stalls();
  EXPECT_THAT(watch.chunk().value_or(""), StartsWith("DDED"));
}

TEST(Fault, EndsStreamsInEveryUglyWay) {
  const struct {
    Cut cut;
    const char* problem;
  } cases[] = {{Cut::reset, "reset"}, {Cut::end, "closed"}, {Cut::bad_chunk, "bad chunk"}};
  for (const auto& [cut, problem] : cases) {
    FakeApi api;
    api.inject({.verb = "watch", .cut = cut, .at = 10});
    WatchClient watch(api.port(), kWatch);
    api.create(config_map_json("a"));
    EXPECT_EQ(watch.chunk().value_or("none"), "{\"type\":\"A") << problem;
    EXPECT_EQ(watch.chunk(), std::nullopt) << problem;
    EXPECT_EQ(watch.problem(), problem);
  }
}

TEST(Fault, TruncatesJsonInACorrectFrame) {
  FakeApi api;
  api.create(config_map_json("a"));
  api.inject({.verb = "list", .cut = Cut::truncate, .at = 40});
  const HttpResponse response = ask(api.port(), kConfigMaps);
  EXPECT_EQ(response.status, 200);
  EXPECT_TRUE(response.complete) << response.problem;
  EXPECT_EQ(response.body.size(), 40U);
}

TEST(Fault, CutsABodyWithALength) {
  FakeApi api;
  api.create(config_map_json("a"));
  api.inject({.verb = "list", .cut = Cut::end, .at = 40});
  const HttpResponse response = ask(api.port(), kConfigMaps);
  EXPECT_FALSE(response.complete);
  EXPECT_TRUE(response.has("Content-Length"));
}

TEST(Fault, EndsWatchesAtOnce) {
  FakeApi api;
  api.inject({.verb = "watch", .times = 0, .end_after = 0ms});
  for (int i = 0; i < 3; ++i) EXPECT_EQ(WatchClient(api.port(), kWatch).chunk(), "");
}

TEST(Fault, SendsAnErrorEvent) {
  FakeApi api;
  api.inject({.verb = "watch", .error_event = 410});
  WatchClient watch(api.port(), kWatch);
  EXPECT_EQ(watch.event(), "ERROR 410");
  EXPECT_EQ(watch.chunk(), "");
}

TEST(Fault, LosesRepeatsAndAddsEvents) {
  FakeApi api;
  api.inject({.verb = "watch", .drop_events = 1, .repeat_events = true, .line = "no json"});
  WatchClient watch(api.port(), kWatch);
  EXPECT_EQ(watch.line(), "no json");
  api.create(config_map_json("a"));
  api.create(config_map_json("b"));
  EXPECT_EQ(watch.event(), "ADDED b 3");
  EXPECT_EQ(watch.event(), "ADDED b 3");
  api.create(config_map_json("c"));
  EXPECT_EQ(watch.event(), "ADDED c 4");
}

TEST(Fault, WithholdsTheEndOfInitialEvents) {
  FakeApi api;
  api.create(config_map_json("a"));
  api.inject({.verb = "watch", .no_end_bookmark = true});
  WatchClient watch(api.port(), std::string(kConfigMaps) +
                                    "?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan");
  EXPECT_EQ(watch.event(), "ADDED a 2");
  EXPECT_TRUE(watch.is_silent(20ms));
}

TEST(Fault, DelaysTheHead) {
  FakeApi api;
  api.inject({.verb = "list", .delay = 50ms});
  const auto began = std::chrono::steady_clock::now();
  EXPECT_EQ(ask(api.port(), kConfigMaps).status, 200);
  EXPECT_GE(std::chrono::steady_clock::now() - began, 50ms);
}

TEST(Fault, RefusesConnectionsAndKeepsThePort) {
  FakeApi api;
  const std::uint16_t port = api.port();
  WatchClient watch(port, kWatch);
  api.refuse_connections(true);
  EXPECT_THROW(test_support::RawClient{port}, std::runtime_error);
  api.create(config_map_json("a"));
  EXPECT_EQ(watch.event(), "ADDED a 2");  // what is open goes on
  api.refuse_connections(false);
  EXPECT_EQ(api.port(), port);
  EXPECT_EQ(ask(port, kConfigMaps).status, 200);
}

TEST(Fault, ClosesConnections) {
  FakeApi api;
  WatchClient first(api.port(), kWatch);
  WatchClient second(api.port(), kWatch);
  ASSERT_TRUE(api.wait_for_watches("configmaps", 2));
  api.close_connections(true);
  EXPECT_EQ(first.line(), "");
  EXPECT_EQ(first.problem(), "reset");
  EXPECT_EQ(second.line(), "");
  EXPECT_TRUE(api.wait_for_watches("configmaps", 0));
}

}  // namespace
}  // namespace headgate::fakeapi
