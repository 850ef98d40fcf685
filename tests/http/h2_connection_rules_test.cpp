// What a client may not do to a connection and its streams: RFC 9113 §3 to §6, RFC 7541.
#include <gmock/gmock.h>

#include <ostream>

#include "http/h2_rules.h"

namespace headgate::test {
namespace {

using http::H2Error;
using ::testing::ElementsAre;
using ::testing::Pair;

TEST(H2Start, SomethingElseThanThePrefaceEndsTheConnection) {
  H2Harness session;
  EXPECT_FALSE(session.feed("GET / HTTP/1.1\r\nHost: x.test\r\n\r\n"));
  EXPECT_EQ(session.failure(), RejectReason::h2_protocol);
  EXPECT_EQ(session.goaway(), kProtocolError);
}

TEST(H2Start, SettingsMustFollowThePreface) {
  H2Harness session;
  EXPECT_FALSE(session.feed(std::string(h2::preface) + ping()));
  EXPECT_EQ(session.goaway(), kProtocolError);
}

TEST_F(H2Rules, ContentForAStreamTheClientEndedIsAConnectionError) {
  ASSERT_TRUE(feed(h2_get(1, "x.test", "/")));
  answer(1, "a");
  expect_connection_error(data(1, "more", true), kStreamClosed);
}

TEST_F(H2Rules, ContentForAStreamTheClientResetIsAConnectionError) {
  ASSERT_TRUE(feed(open_post(1) + rst(1)));
  expect_connection_error(data(1, "more"), kStreamClosed);
}

// The reset, and what follows it, in the very read that ended the head.
TEST_F(H2Rules, AStreamThatIsResetIsClosedAtOnce) {
  const std::string post = open_post(1);
  ASSERT_TRUE(feed(post.substr(0, post.size() - 1)));
  expect_connection_error(post.back() + rst(1) + data(1, "more"), kStreamClosed);
}

TEST_F(H2Rules, FieldsForAStreamThatIsOverAreAConnectionError) {
  ASSERT_TRUE(feed(h2_get(1, "x.test", "/")));
  answer(1, "a");
  expect_connection_error(h2_get(1, "x.test", "/"), kStreamClosed);
}

TEST_F(H2Rules, ContentBehindTheEndOfContentIsAConnectionError) {
  ASSERT_TRUE(feed(open_post(1) + data(1, "a", true)));
  expect_connection_error(data(1, "b", true), kStreamClosed);
}

TEST_F(H2Rules, WhatWasSentBeforeOurResetWasReadIsIgnored) {
  ASSERT_TRUE(feed(open_post(1)));
  session().reset(1, H2Error::internal_error);
  collect();
  ASSERT_TRUE(feed(data(1, "a") + data(1, "b") + request_of(1, {{"x-trailer", "t"}})));
  EXPECT_EQ(requests.at(0).content, "");
}

TEST_F(H2Rules, AStreamLongGoneIsGivenTheBenefitOfTheDoubt) {
  for (std::uint32_t stream = 1; stream < 400; stream += 2) {
    ASSERT_TRUE(feed(open_post(stream)));
    session().reset(static_cast<http::StreamId>(stream), H2Error::internal_error);
    collect();
  }
  ASSERT_TRUE(feed(data(1, "late") + data(399, "late")));
}

TEST_F(H2Rules, AStreamPassedOverCannotBeOpenedAfterwards) {
  ASSERT_TRUE(feed(h2_get(5, "x.test", "/")));
  expect_connection_error(h2_get(3, "x.test", "/"), kProtocolError);
}

TEST_F(H2Rules, AStreamThatDependsOnItselfIsAnError) {
  expect_connection_error(h2_frame(h2::priority, 0, 3, h2_number(3) + "\x10"), kProtocolError);
}

TEST_F(H2Rules, PriorityIsNotAboutTheConnection) {
  expect_connection_error(h2_frame(h2::priority, 0, 0, h2_number(3) + "\x10"), kProtocolError);
}

TEST_F(H2Rules, PriorityOfOtherStreamsIsTakenAndNotHeeded) {
  ASSERT_TRUE(feed(h2_frame(h2::priority, 0, 9, h2_number(7) + "\x10")));
  ASSERT_TRUE(feed(h2_get(1, "x.test", "/")));
  EXPECT_EQ(requests.size(), 1u);
}

TEST_F(H2Rules, AWindowOpenedByNothingIsAnError) {
  expect_connection_error(window_update(0, 0), kProtocolError);
}

TEST_F(H2Rules, TheConnectionsWindowCannotPassItsMost) {
  expect_connection_error(window_update(0, 0x7fffffff), kFlowControlError);
}

TEST_F(H2Rules, AStreamsWindowCannotPassItsMost) {
  ASSERT_TRUE(feed(open_post(1) + window_update(1, 0x7fffffff)));
  EXPECT_EQ(reset_of(1), kFlowControlError);
  EXPECT_THAT(resets, ElementsAre(Pair(1, H2Error::flow_control_error)));
}

TEST_F(H2Rules, OurEncodersTableStaysSmallWhateverTheClientAllows) {
  ASSERT_TRUE(feed(h2_settings({{1, 0xffffffff}})));
  ASSERT_TRUE(feed(h2_get(1, "x.test", "/")));
  for (int i = 0; i < 20; ++i) {
    const std::uint32_t stream = 3 + 2 * static_cast<std::uint32_t>(i);
    ASSERT_TRUE(feed(h2_get(stream, "x.test", "/")));
    // The harness's decoder has a table of 4 KiB: it would not find what a larger one remembers.
    answer(static_cast<http::StreamId>(stream), "",
           "x-" + std::to_string(i % 10) + ": " + std::string(1000, 'x') + "\r\n");
    EXPECT_EQ(head_of(stream)->fields.size(), 2u);
  }
}

struct BadBlock {
  const char* name;
  std::string block;
};
void PrintTo(const BadBlock& block, std::ostream* out) { *out << block.name; }
class H2Compression : public H2Rules, public ::testing::WithParamInterface<BadBlock> {};
TEST_P(H2Compression, FaultsEndTheConnection) {
  expect_connection_error(h2_frame(h2::headers, h2::end_stream | h2::end_headers, 1, GetParam().block),
                          kCompressionError);
}
INSTANTIATE_TEST_SUITE_P(
    Hpack, H2Compression,
    ::testing::Values(
        BadBlock{"TableOfAGigabyte", std::string("\x3f\xe1\xff\xff\xff\x03", 6) + h2_block(kGet)},
        BadBlock{"TableSizeAtTheEnd", h2_block(kGet) + "\x20"},
        BadBlock{"IndexZero", h2_block(kGet) + "\x80"},
        BadBlock{"IndexBeyondTheTable", h2_block(kGet) + "\xfe"},
        BadBlock{"ValueOf70Kilobytes", h2_block(kGet) + std::string("\0\1a\x7f\xf1\xa1\x04", 7)},
        BadBlock{"LengthWithoutEnd", h2_block(kGet) + std::string("\0\1a\x7f\xff\xff\xff\xff\xff", 9)},
        BadBlock{"CutInTheMiddle", h2_block(kGet) + std::string("\0\5ab", 4)}),
    [](const auto& named) { return named.param.name; });

TEST_F(H2Rules, AClientPushesNothing) {
  expect_connection_error(h2_frame(h2::push_promise, h2::end_headers, 1, h2_number(2) + h2_block(kGet)),
                          kProtocolError);
}

TEST_F(H2Rules, NothingIsEverPushedHoweverMuchTheClientAllowsIt) {
  ASSERT_TRUE(feed(h2_settings({{2, 1}}) + h2_get(1, "x.test", "/")));
  answer(1, "a");
  EXPECT_EQ(count(h2::push_promise), 0u);
}

TEST_F(H2Rules, AFrameLargerThanAnnouncedIsAnError) {
  expect_connection_error(open_post(1) + data(1, std::string(16385, 'x')), kFrameSizeError);
}

TEST_F(H2Rules, PaddingCannotBeLongerThanItsFrame) {
  expect_connection_error(open_post(1) + h2_frame(h2::data, kPadded, 1,
                                                  "\x05"
                                                  "abc"),
                          kProtocolError);
}

TEST_F(H2Rules, RequestsHaveStreamsOfTheirOwn) {
  expect_connection_error(h2_get(0, "x.test", "/"), kProtocolError);
}

TEST_F(H2Rules, ClientsUseOddStreams) { expect_connection_error(h2_get(2, "x.test", "/"), kProtocolError); }

TEST_F(H2Rules, ContentNeedsARequest) { expect_connection_error(data(1, "x"), kProtocolError); }

TEST_F(H2Rules, ABlockIsNotInterrupted) {
  expect_connection_error(h2_frame(h2::headers, h2::end_stream, 1, h2_block(kGet)) + ping(), kProtocolError);
}

TEST_F(H2Rules, UnknownFramesAndFlagsAreIgnored) {
  ASSERT_TRUE(feed(h2_frame(0xbe, 0xff, 7, "anything") + h2_frame(16, 0, 0, h2_number(1) + "u=1")));
  ASSERT_TRUE(feed(h2_get(1, "x.test", "/")));
  EXPECT_EQ(requests.size(), 1u);
}

TEST_F(H2Rules, APingIsAnswered) {
  ASSERT_TRUE(feed(ping("abcdefgh")));
  ASSERT_FALSE(frames.empty());
  EXPECT_EQ(frames.back().type, h2::ping);
  EXPECT_EQ(frames.back().flags, h2::ack);
  EXPECT_EQ(frames.back().payload, "abcdefgh");
}

}  // namespace
}  // namespace headgate::test
