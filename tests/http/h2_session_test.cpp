// What a well-behaved client and the session's owner get of each other.
#include "http/h2_session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/h1_parser.h"
#include "http/h2_harness.h"

namespace headgate::test {
namespace {

using http::BodyKind;
using http::H2Error;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

class H2Session : public ::testing::Test, protected H2Harness {
 protected:
  void SetUp() override { ASSERT_TRUE(open()); }
};

// --- requests ---

TEST(H2Opening, OurSettingsComeFirst) {
  H2Harness session;
  session.collect();
  ASSERT_FALSE(session.frames.empty());
  EXPECT_EQ(session.frames[0].type, h2::settings);
  EXPECT_EQ(session.frames[0].flags, 0);
}

TEST(H2Opening, TheWindowAndTheStreamsAreAnnouncedAsSet) {
  http::H2Settings settings;
  settings.max_concurrent_streams = 7;
  settings.stream_window = 100000;
  settings.connection_window = 2000000;
  H2Harness session(settings);
  session.collect();
  const std::string& payload = session.frames.at(0).payload;
  const auto setting = [&](std::uint16_t id) -> std::optional<std::uint32_t> {
    for (std::size_t at = 0; at + 6 <= payload.size(); at += 6)
      if (payload.substr(at, 2) == h2_number(id).substr(2)) return h2_number(payload.substr(at + 2, 4));
    return std::nullopt;
  };
  EXPECT_EQ(setting(3), 7u) << "MAX_CONCURRENT_STREAMS";
  EXPECT_EQ(setting(4), 100000u) << "INITIAL_WINDOW_SIZE";
  EXPECT_EQ(setting(6), 32u * 1024 + 200 * 32) << "MAX_HEADER_LIST_SIZE";
  EXPECT_EQ(setting(8), 1u) << "ENABLE_CONNECT_PROTOCOL";
  EXPECT_EQ(setting(9), 1u) << "NO_RFC7540_PRIORITIES";
  EXPECT_EQ(session.window_given(0), 1000000u - 65535);
}

TEST(H2Opening, AHeadReadsTheSameInPiecesOfAnySize) {
  const std::string bytes = std::string(h2::preface) + h2_settings({}) +
                            open_post(1, {{"content-length", "5"}, {"x-a", "b"}}) + data(1, "hello", true);
  for (std::size_t size = 1; size <= bytes.size(); ++size) {
    H2Harness session;
    ASSERT_TRUE(session.feed_in_pieces(bytes, size)) << size;
    ASSERT_EQ(session.requests.size(), 1u) << size;
    EXPECT_EQ(session.requests[0].content, "hello") << size;
    EXPECT_TRUE(session.requests[0].content_ended) << size;
    EXPECT_THAT(session.requests[0].relayed, ElementsAre(Pair("x-a", "b"))) << size;
  }
}

TEST_F(H2Session, AHeadComesLikeOneOfHttp1) {
  ASSERT_TRUE(
      feed(h2_get(1, "x.test:8443", "/a/b?c=d", {{"user-agent", "t"}, {"x-a", ""}, {"accept", "*/*"}})));
  ASSERT_EQ(requests.size(), 1u);
  const TakenRequest& taken = requests[0];
  EXPECT_EQ(taken.method, "GET");
  EXPECT_EQ(taken.target, "/a/b?c=d");
  EXPECT_EQ(taken.request_line, "GET /a/b?c=d HTTP/2.0");
  EXPECT_EQ(taken.host, "x.test:8443");
  EXPECT_EQ(taken.run, "user-agent: t\r\nx-a: \r\naccept: */*\r\n");
  EXPECT_TRUE(taken.canonical && taken.one_run) << "relayed as one run of bytes";
  EXPECT_TRUE(taken.last);
  EXPECT_EQ(taken.facts.body, BodyKind::none);
}

TEST_F(H2Session, CookieCrumbsAreRejoined) {
  ASSERT_TRUE(
      feed(h2_get(1, "x.test", "/", {{"cookie", "a=1"}, {"x-a", "b"}, {"cookie", "c=2"}, {"cookie", "d"}})));
  EXPECT_THAT(requests.at(0).relayed, ElementsAre(Pair("x-a", "b"), Pair("cookie", "a=1; c=2; d")));
  EXPECT_TRUE(requests[0].canonical);
}

TEST_F(H2Session, OneCookieStaysWhereItIs) {
  ASSERT_TRUE(feed(h2_get(1, "x.test", "/", {{"cookie", "a=1"}, {"x-a", "b"}})));
  EXPECT_EQ(requests.at(0).run, "cookie: a=1\r\nx-a: b\r\n");
}

TEST_F(H2Session, ContentIsReportedWithItsEnd) {
  ASSERT_TRUE(feed(open_post(1, {{"content-length", "6"}})));
  EXPECT_EQ(requests.at(0).facts.body, BodyKind::length);
  EXPECT_EQ(requests[0].facts.content_length, 6u);
  EXPECT_FALSE(requests[0].last);
  ASSERT_TRUE(feed(data(1, "abc") + data(1, "def", true)));
  EXPECT_EQ(requests[0].content, "abcdef");
  EXPECT_TRUE(requests[0].content_ended);
}

TEST_F(H2Session, ContentOfUnknownLengthIsChunked) {
  ASSERT_TRUE(feed(open_post(1) + data(1, "abc") + data(1, "", true)));
  EXPECT_EQ(requests.at(0).facts.body, BodyKind::chunked);
  EXPECT_EQ(requests[0].content, "abc");
  EXPECT_TRUE(requests[0].content_ended);
}

TEST_F(H2Session, PaddingIsNoContent) {
  ASSERT_TRUE(
      feed(open_post(1) + h2_frame(h2::data, kPadded | h2::end_stream, 1, std::string("\3abc\0\0\0", 7))));
  EXPECT_EQ(requests.at(0).content, "abc");
  EXPECT_TRUE(requests[0].content_ended);
}

TEST_F(H2Session, APostThatHasNoContentSaysSo) {
  ASSERT_TRUE(feed(request_of(1, h2_request_fields("POST", "x.test", "/"))));
  EXPECT_EQ(requests.at(0).facts.body, BodyKind::length);
  EXPECT_EQ(requests[0].facts.content_length, 0u);
}

TEST_F(H2Session, TrailersEndTheContentAndAreDropped) {
  ASSERT_TRUE(feed(open_post(1) + data(1, "abc") +
                   request_of(1, {{"x-sum", "1"}, {"authorization", "evil"}, {"host", "evil"}})));
  EXPECT_EQ(requests.at(0).content, "abc");
  EXPECT_TRUE(requests[0].content_ended);
  EXPECT_THAT(requests[0].relayed, IsEmpty());
  EXPECT_EQ(requests.size(), 1u);
}

TEST_F(H2Session, ExpectIsTheSessionsOwnersToAnswer) {
  ASSERT_TRUE(feed(open_post(1, {{"expect", "100-continue"}})));
  EXPECT_TRUE(requests.at(0).facts.expect_continue);
  session().send_local_head(1, 100, "", false);
  collect();
  ASSERT_NE(head_of(1), nullptr);
  EXPECT_EQ(head_of(1)->value(":status"), "100");
  EXPECT_FALSE(head_of(1)->end_stream);
  ASSERT_TRUE(feed(data(1, "abc", true)));
  answer(1, "done");
  EXPECT_EQ(head_of(1)->value(":status"), "200");
}

// --- answers ---

TEST_F(H2Session, AnAnswersHeadIsLoweredAndLosesConnectionFields) {
  ASSERT_TRUE(feed(h2_get(1, "x.test", "/")));
  const std::string text =
      "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\nKeep-Alive: 5\r\n"
      "X-Custom-Name: AbC\r\nServer: secret\r\nContent-Length: 3\r\n\r\n";
  http::ResponseHead head;
  http::ResponseFacts facts;
  http::parse_response_head(text, {}, head);
  http::analyse_response(head, {}, facts);
  set_body(1, "abc");
  session().send_head(1, head, facts, "Sun, 06 Nov 1994 08:49:37 GMT", false);
  collect();
  ASSERT_EQ(heads.size(), 1u);
  EXPECT_THAT(
      heads[0].fields,
      ElementsAre(Pair(":status", "200"), Pair("content-type", "text/plain"), Pair("x-custom-name", "AbC"),
                  Pair("date", "Sun, 06 Nov 1994 08:49:37 GMT"), Pair("content-length", "3")));
  EXPECT_EQ(data_of(1), "abc");
  EXPECT_THAT(closed, ElementsAre(1));
  EXPECT_THAT(resets, IsEmpty());
  EXPECT_EQ(session().open_streams(), 0u);
}

TEST_F(H2Session, AnAnswerWithoutABodyEndsWithItsHead) {
  ASSERT_TRUE(feed(h2_get(1, "x.test", "/")));
  session().send_local_head(1, 204, "X-A: b\r\n", true);
  collect();
  EXPECT_TRUE(head_of(1)->end_stream);
  EXPECT_EQ(head_of(1)->value("x-a"), "b");
  EXPECT_THAT(closed, ElementsAre(1));
}

TEST_F(H2Session, ABodyThatComesInPiecesIsResumed) {
  ASSERT_TRUE(feed(h2_get(1, "x.test", "/")));
  session().send_local_head(1, 200, "", false);
  collect();
  EXPECT_FALSE(session().wants_write());
  set_body(1, "one ", false);
  EXPECT_TRUE(session().wants_write());
  collect();
  EXPECT_EQ(data_of(1), "one ");
  set_body(1, "two", true);
  collect();
  EXPECT_EQ(data_of(1), "one two");
  EXPECT_THAT(closed, ElementsAre(1));
}

TEST_F(H2Session, CollectStopsAboutWhereItIsTold) {
  ASSERT_TRUE(feed(h2_settings({{h2::initial_window_size, 1 << 20}}) + window_update(0, 1 << 20)));
  ASSERT_TRUE(feed(h2_get(1, "x.test", "/")));
  set_body(1, std::string(300000, 'x'));
  session().send_local_head(1, 200, "", false);
  collect(50000);
  EXPECT_GE(data_of(1).size(), 40000u);
  EXPECT_LE(data_of(1).size(), 50000u + 16384);
  EXPECT_TRUE(session().wants_write());
  collect();
  EXPECT_EQ(data_of(1).size(), 300000u);
}

TEST_F(H2Session, StreamsWithoutAWordOnPriorityShareTheConnection) {
  ASSERT_TRUE(feed(h2_get(1, "x.test", "/") + h2_get(3, "x.test", "/")));
  for (const http::StreamId stream : {1, 3}) {
    set_body(stream, std::string(64000, 'x'));
    session().send_local_head(stream, 200, "", false);
  }
  collect(33000);
  EXPECT_GT(data_of(1).size(), 0u);
  EXPECT_GT(data_of(3).size(), 0u);
}

TEST_F(H2Session, UrgentAnswersGoFirst) {
  ASSERT_TRUE(feed(h2_get(1, "x.test", "/", {{"priority", "u=5"}}) +
                   h2_get(3, "x.test", "/", {{"priority", "u=0"}})));
  for (const http::StreamId stream : {1, 3}) {
    set_body(stream, std::string(30000, 'x'));
    session().send_local_head(stream, 200, "", false);
  }
  collect(30000);
  EXPECT_EQ(data_of(1), "");
  EXPECT_EQ(data_of(3).size(), 30000u);
}

TEST_F(H2Session, AnAnswerBeforeTheRequestIsWholeEndsTheStreamWhenItsOwnerSaysSo) {
  ASSERT_TRUE(feed(open_post(1) + data(1, "abc")));
  answer(1, "no thanks");
  EXPECT_EQ(data_of(1), "no thanks");
  EXPECT_THAT(closed, IsEmpty());
  session().reset(1, H2Error::no_error);
  collect();
  EXPECT_EQ(reset_of(1), h2::no_error);
  EXPECT_THAT(closed, ElementsAre(1));
  EXPECT_TRUE(feed(data(1, "on its way", true))) << "what was sent before the reset was read is ignored";
  EXPECT_EQ(requests.at(0).content, "abc");
}

TEST_F(H2Session, AResetAnswerHasItsHeadFirst) {
  ASSERT_TRUE(feed(h2_get(1, "x.test", "/")));
  session().send_local_head(1, 200, "", false);
  session().reset(1, H2Error::internal_error);
  collect();
  ASSERT_NE(head_of(1), nullptr);
  EXPECT_EQ(reset_of(1), 2u);
  EXPECT_THAT(resets, ElementsAre(Pair(1, H2Error::internal_error)));
}

TEST_F(H2Session, AHeadTooLargeForTheProtocolResetsTheStream) {
  ASSERT_TRUE(feed(h2_get(1, "x.test", "/")));
  session().send_local_head(1, 200, "x-a: " + std::string(300000, 'x') + "\r\n", false);
  collect();
  EXPECT_EQ(reset_of(1), 2u);
  EXPECT_EQ(resets.count(1), 1u);
  ASSERT_TRUE(feed(h2_get(3, "x.test", "/"))) << "the connection lives";
}

TEST_F(H2Session, WhatIsSaidOfAStreamThatIsGoneIsIgnored) {
  ASSERT_TRUE(feed(h2_get(1, "x.test", "/") + rst(1)));
  EXPECT_THAT(resets, ElementsAre(Pair(1, H2Error::cancel)));
  answer(1, "late");
  session().consumed(1, 5);
  session().reset(1, H2Error::cancel);
  session().resume(1);
  collect();
  EXPECT_EQ(head_of(1), nullptr);
  EXPECT_FALSE(reset_of(1));
  EXPECT_EQ(session().open_streams(), 0u);
}

// --- windows ---

TEST_F(H2Session, AStreamsWindowOpensAsItsContentIsPassedOn) {
  consumes = false;
  ASSERT_TRUE(feed(open_post(1)));
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(feed(data(1, std::string(16384, 'x'))));
  EXPECT_EQ(window_given(1), 0u);
  session().consumed(1, 40000);
  collect();
  EXPECT_EQ(window_given(1), 40000u);
}

TEST_F(H2Session, AStreamMaySendNoMoreThanItsWindow) {
  consumes = false;
  ASSERT_TRUE(feed(open_post(1)));
  for (int i = 0; i < 4; ++i) feed(data(1, std::string(16384, 'x')));
  EXPECT_EQ(reset_of(1), 3u) << "FLOW_CONTROL_ERROR";
}

// A slow upload: its siblings go on, whatever they send.
TEST_F(H2Session, AStreamThatIsNotPassedOnLeavesTheConnectionsWindowToItsSiblings) {
  ASSERT_TRUE(feed(open_post(1) + open_post(3)));
  consumes = false;
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(feed(data(1, std::string(16384, 'x'))));
  consumes = true;
  std::uint64_t sent = 3 * 16384;
  for (int i = 0; i < 200; ++i) {
    ASSERT_TRUE(feed(data(3, std::string(16384, 'x')))) << i;
    sent += 16384;
    ASSERT_LE(sent, 65535 + window_given(0)) << "the window closes after " << i;
  }
  EXPECT_FALSE(reset_of(3));
}

TEST_F(H2Session, BlockedAnswersAreSeen) {
  ASSERT_TRUE(feed(h2_settings({{h2::initial_window_size, 0}}) + h2_get(1, "x.test", "/")));
  set_body(1, "body");
  session().send_local_head(1, 200, "", false);
  collect();
  EXPECT_TRUE(session().is_window_blocked());
  EXPECT_TRUE(session().is_window_blocked(1));
  EXPECT_FALSE(session().wants_write());
  ASSERT_TRUE(feed(window_update(1, 100)));
  EXPECT_FALSE(session().is_window_blocked());
  EXPECT_EQ(data_of(1), "body");
}

// --- ends ---

TEST_F(H2Session, AnAnnouncedShutdownTakesWhatIsOnItsWay) {
  ASSERT_TRUE(feed(h2_get(1, "x.test", "/")));
  session().announce_shutdown();
  collect();
  EXPECT_EQ(goaway(), h2::no_error);
  EXPECT_EQ(h2_number(frames.back().payload), 0x7fffffffu);
  ASSERT_TRUE(feed(h2_get(3, "x.test", "/")));
  EXPECT_EQ(requests.size(), 2u);
  session().shut_down();
  collect();
  EXPECT_EQ(h2_number(frames.back().payload), 3u);
  ASSERT_TRUE(feed(open_post(5) + data(5, "x")));
  EXPECT_EQ(requests.size(), 2u) << "too late";
  EXPECT_FALSE(session().is_finished());
  answer(1, "a");
  answer(3, "b");
  EXPECT_EQ(data_of(3), "b");
  EXPECT_TRUE(session().is_finished());
}

TEST_F(H2Session, AClientThatHasSaidGoodbyeIsAnsweredBeforeTheEnd) {
  ASSERT_TRUE(feed(h2_get(1, "x.test", "/") + h2_frame(h2::goaway, 0, 0, h2_number(0) + h2_number(0))));
  EXPECT_FALSE(session().is_finished());
  answer(1, "a");
  EXPECT_EQ(data_of(1), "a");
  EXPECT_TRUE(session().is_finished());
}

TEST_F(H2Session, AFailureIsToldToEveryStreamOnce) {
  ASSERT_TRUE(feed(open_post(1) + open_post(3)));
  EXPECT_FALSE(feed(h2_frame(h2::data, 0, 0, "x")));
  EXPECT_EQ(resets.size(), 2u);
  EXPECT_EQ(goaway(), 1u);
  EXPECT_EQ(failure(), RejectReason::h2_protocol);
  EXPECT_FALSE(feed(h2_get(5, "x.test", "/")));
  EXPECT_FALSE(session().wants_write());
  EXPECT_EQ(session().open_streams(), 0u);
  answer(1, "late");
  EXPECT_EQ(head_of(1), nullptr);
}

TEST(H2Preface, IsKnownByItsFirstBytes) {
  EXPECT_EQ(http::h2_preface(h2::preface), http::Preface::yes);
  EXPECT_EQ(http::h2_preface(std::string(h2::preface) + "more"), http::Preface::yes);
  EXPECT_EQ(http::h2_preface(""), http::Preface::undecided);
  EXPECT_EQ(http::h2_preface("PRI * HT"), http::Preface::undecided);
  EXPECT_EQ(http::h2_preface("PRI * HTTP/1.1\r\n"), http::Preface::no);
  EXPECT_EQ(http::h2_preface("POST"), http::Preface::no);
}

}  // namespace
}  // namespace headgate::test
