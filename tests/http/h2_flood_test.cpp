// Floods: what a client gets for little is bounded, whichever frame it is made of; and clients that only do
// much are let be.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "http/h2_harness.h"

namespace headgate::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::IsEmpty;

class H2Flood : public ::testing::Test, protected H2Harness {
 protected:
  void SetUp() override { ASSERT_TRUE(open()); }

  // Sends piece(0), piece(1), …; how many were taken before the session gave up.
  int taken(int count, const std::function<std::string(int)>& piece) {
    for (int i = 0; i < count; ++i)
      if (!feed(piece(i))) return i;
    return count;
  }
  void expect_cut_off(int most, RejectReason reason, const std::function<std::string(int)>& piece) {
    EXPECT_LE(taken(20000, piece), most);
    EXPECT_EQ(failure(), reason);
    EXPECT_EQ(goaway(), h2::enhance_your_calm);
  }
  static std::uint32_t stream_of(int i) { return 2 * static_cast<std::uint32_t>(i) + 1; }
};

// CVE-2023-44487.
TEST_F(H2Flood, RapidResetsAreCutOff) {
  expect_cut_off(210, RejectReason::h2_flood_reset,
                 [](int i) { return h2_get(stream_of(i), "x.test", "/") + rst(stream_of(i)); });
  EXPECT_LE(requests.size(), 210u);
}

TEST_F(H2Flood, RapidResetsAreCutOffWithinOneRead) {
  std::string bytes;
  for (int i = 0; i < 20000; ++i) bytes += h2_get(stream_of(i), "x.test", "/") + rst(stream_of(i));
  EXPECT_FALSE(feed(bytes));
  EXPECT_EQ(failure(), RejectReason::h2_flood_reset);
  EXPECT_LE(requests.size(), 210u);
}

TEST_F(H2Flood, ResetsAtTenThousandASecondAreCutOffThoughTimePasses) {
  expect_cut_off(250, RejectReason::h2_flood_reset, [this](int i) {
    pass(std::chrono::microseconds(100));
    return h2_get(stream_of(i), "x.test", "/") + rst(stream_of(i));
  });
}

// CVE-2025-8671, MadeYouReset.
TEST_F(H2Flood, WindowsOverflowedToHaveStreamsResetAreCutOff) {
  expect_cut_off(110, RejectReason::h2_flood_self_reset,
                 [](int i) { return open_post(stream_of(i)) + window_update(stream_of(i), 0x7fffffff); });
  EXPECT_EQ(resets.size(), requests.size()) << "each dies with its stream";
}

TEST_F(H2Flood, LengthsWithoutContentAreCutOff) {
  expect_cut_off(110, RejectReason::h2_flood_self_reset, [](int i) {
    return h2_get(stream_of(i), "x.test", "/", {{"content-length", "5"}});
  });
  EXPECT_THAT(requests, IsEmpty());
}

TEST_F(H2Flood, MalformedRequestsAreCutOff) {
  expect_cut_off(110, RejectReason::h2_flood_self_reset, [](int i) {
    return h2_get(stream_of(i), "x.test", "/", {{"connection", "x"}});
  });
  EXPECT_THAT(requests, IsEmpty());
}

TEST_F(H2Flood, MalformedRequestsAreCutOffWithinOneRead) {
  std::string bytes;
  for (int i = 0; i < 20000; ++i) bytes += h2_get(stream_of(i), "x.test", "/", {{"connection", "x"}});
  EXPECT_FALSE(feed(bytes));
  EXPECT_EQ(failure(), RejectReason::h2_flood_self_reset);
}

TEST_F(H2Flood, ContentOfTheWrongLengthIsCutOff) {
  expect_cut_off(110, RejectReason::h2_flood_self_reset, [](int i) {
    return open_post(stream_of(i), {{"content-length", "5"}}) + data(stream_of(i), "abc", true);
  });
}

TEST_F(H2Flood, ResetsOfOurOwnAreNotTheClientsFault) {
  for (int i = 0; i < 1000; ++i) {
    ASSERT_TRUE(feed(h2_get(stream_of(i), "x.test", "/"))) << i;
    session().reset(static_cast<http::StreamId>(stream_of(i)), http::H2Error::internal_error);
    collect();
  }
  EXPECT_EQ(failure(), RejectReason::none);
}

// VU#421644.
TEST_F(H2Flood, ABlockWithoutEndIsCutOff) {
  const std::string block = h2_block(h2_request_fields("GET", "x.test", "/"));
  ASSERT_TRUE(feed(h2_frame(h2::headers, h2::end_stream, 1, block)));
  expect_cut_off(8, RejectReason::h2_flood_headers, [](int) {
    return h2_frame(h2::continuation, 0, 1, h2_block({{"x-a", "b"}}));
  });
}

TEST_F(H2Flood, EmptyContinuationsAreCutOff) {
  ASSERT_TRUE(feed(h2_frame(h2::headers, h2::end_stream, 1, "")));
  expect_cut_off(8, RejectReason::h2_flood_headers, [](int) { return h2_frame(h2::continuation, 0, 1, ""); });
}

TEST_F(H2Flood, ABlockOf64KilobytesOnTheWireIsCutOff) {
  ASSERT_TRUE(feed(h2_frame(h2::headers, h2::end_stream, 1, "")));
  expect_cut_off(4, RejectReason::h2_flood_headers, [](int) {
    return h2_frame(
        h2::continuation, 0, 1,
        h2_block({{"x-a", std::string(16000, 'x')}}) + h2_block({{"b", "c"}}) + std::string(300, '\x82'));
  });
}

// CVE-2016-6581: one entry of the dynamic table, named by one byte each time.
TEST_F(H2Flood, AnHpackBombIsStoppedEarly) {
  const std::string entry =
      std::string("\x40\x01", 2) + "a" + std::string("\x7f\xbd\x1d", 3) + std::string(3900, 'x');
  const std::string block = h2_block(h2_request_fields("GET", "x.test", "/")) + entry;
  ASSERT_TRUE(feed(h2_frame(h2::headers, h2::end_stream, 1, block)));
  EXPECT_FALSE(feed(h2_frame(h2::continuation, h2::end_headers, 1, std::string(16000, '\xbe'))));
  EXPECT_EQ(failure(), RejectReason::h2_flood_headers);
  EXPECT_THAT(requests, IsEmpty());
}

TEST_F(H2Flood, ABombOfEmptyFieldsIsStoppedEarly) {
  const std::string block = h2_block(h2_request_fields("GET", "x.test", "/")) + std::string("\x40\x01", 2) +
                            "a" + std::string(1, '\0');
  EXPECT_FALSE(
      feed(h2_frame(h2::headers, h2::end_stream | h2::end_headers, 1, block + std::string(16000, '\xbe'))));
  EXPECT_EQ(failure(), RejectReason::h2_flood_headers);
}

TEST_F(H2Flood, ABombOfCookiesIsStoppedEarly) {
  // 32 is "cookie" in the static table, its value empty.
  const std::string block = h2_block(h2_request_fields("GET", "x.test", "/"));
  EXPECT_FALSE(
      feed(h2_frame(h2::headers, h2::end_stream | h2::end_headers, 1, block + std::string(16000, '\xa0'))));
  EXPECT_EQ(failure(), RejectReason::h2_flood_headers);
}

TEST_F(H2Flood, ABombInTrailersIsStoppedEarly) {
  ASSERT_TRUE(feed(open_post(1)));
  EXPECT_FALSE(feed(h2_frame(h2::headers, h2::end_stream | h2::end_headers, 1, std::string(16000, '\xa0'))));
  EXPECT_EQ(failure(), RejectReason::h2_flood_headers);
}

TEST_F(H2Flood, OneRefusedHeadAfterTheOtherIsCutOff) {
  FieldList fields;
  for (int i = 0; i < 201; ++i) fields.emplace_back("a", "");
  expect_cut_off(60, RejectReason::h2_flood_headers,
                 [&](int i) { return h2_get(stream_of(i), "x.test", "/", fields); });
}

// CVE-2020-11080.
TEST_F(H2Flood, ManySettingsInOneFrameAreTooMany) {
  std::vector<std::pair<std::uint16_t, std::uint32_t>> many(33, {0x99, 1});
  EXPECT_FALSE(feed(h2_settings(many)));
  EXPECT_EQ(goaway(), h2::enhance_your_calm);
}

// CVE-2019-9515, read or unread.
TEST_F(H2Flood, SettingsAreCutOff) {
  expect_cut_off(110, RejectReason::h2_flood_settings, [](int) { return h2_settings({}); });
}

// CVE-2019-9512.
TEST_F(H2Flood, PingsAreCutOff) {
  expect_cut_off(110, RejectReason::h2_flood_ping, [](int) { return ping(); });
}

TEST_F(H2Flood, PingsNobodyReadsTheAnswersOfAreCutOff) {
  std::string bytes;
  for (int i = 0; i < 20000; ++i) bytes += ping();
  EXPECT_FALSE(feed(bytes));
  EXPECT_EQ(failure(), RejectReason::h2_flood_ping);
  EXPECT_LE(count(h2::ping), 110u);
}

// CVE-2019-9513.
TEST_F(H2Flood, PrioritiesAreCutOff) {
  expect_cut_off(210, RejectReason::h2_flood_priority, [](int i) {
    return h2_frame(h2::priority, 0, stream_of(i) + 100000, h2_number(1) + "\x10");
  });
}

TEST_F(H2Flood, PriorityUpdatesAreCutOff) {
  expect_cut_off(210, RejectReason::h2_flood_priority,
                 [](int i) { return h2_frame(16, 0, 0, h2_number(stream_of(i)) + "u=1"); });
}

// CVE-2019-9518.
TEST_F(H2Flood, EmptyContentIsCutOff) {
  ASSERT_TRUE(feed(open_post(1)));
  expect_cut_off(110, RejectReason::h2_flood_empty_data, [](int) { return data(1, ""); });
}

TEST_F(H2Flood, ContentOfPaddingAloneIsCutOff) {
  ASSERT_TRUE(feed(open_post(1)));
  expect_cut_off(110, RejectReason::h2_flood_empty_data,
                 [](int) { return h2_frame(h2::data, kPadded, 1, std::string("\3\0\0\0", 4)); });
}

TEST_F(H2Flood, UnknownFramesAreCutOff) {
  expect_cut_off(210, RejectReason::h2_flood_unknown,
                 [](int i) { return h2_frame(0xb0, 0, stream_of(i), "x"); });
}

TEST_F(H2Flood, GoodbyesWithoutEndAreCutOff) {
  ASSERT_TRUE(feed(open_post(1)));
  expect_cut_off(210, RejectReason::h2_flood_unknown,
                 [](int) { return h2_frame(h2::goaway, 0, 0, h2_number(0) + h2_number(0)); });
}

// CVE-2019-9511.
TEST_F(H2Flood, WindowUpdatesAreCutOff) {
  expect_cut_off(1010, RejectReason::h2_flood_window, [](int) { return window_update(0, 1); });
}

// The dribble: each update lets one byte out, and a DATA frame of it earns nothing.
TEST_F(H2Flood, WindowUpdatesThatLetOutAByteEachAreCutOff) {
  ASSERT_TRUE(feed(h2_settings({{h2::initial_window_size, 0}}) + h2_get(1, "x.test", "/")));
  set_body(1, std::string(100000, 'x'));
  session().send_local_head(1, 200, "", false);
  collect();
  expect_cut_off(1010, RejectReason::h2_flood_window, [](int) { return window_update(1, 1); });
}

TEST_F(H2Flood, MoreStreamsThanAllowedAreAnError) {
  std::string bytes;
  for (int i = 0; i < 129; ++i) bytes += open_post(stream_of(i));
  EXPECT_FALSE(feed(bytes));
  EXPECT_EQ(failure(), RejectReason::h2_protocol);
}

// Before it has read our SETTINGS a client does not know better: refused, and safe to ask again.
TEST(H2FloodBeforeSettings, StreamsBeyondTheLimitAreRefusedOneByOne) {
  H2Harness session;
  std::string bytes = std::string(h2::preface) + h2_settings({});
  for (std::uint32_t i = 0; i < 1000; ++i) bytes += open_post(2 * i + 1) + data(2 * i + 1, "content");
  ASSERT_TRUE(session.feed(bytes));
  EXPECT_EQ(session.requests.size(), 128u);
  EXPECT_EQ(session.reset_of(255), std::nullopt);
  EXPECT_EQ(session.reset_of(257), 7u) << "REFUSED_STREAM";
  EXPECT_EQ(session.count(h2::rst_stream), 1000u - 128);
}

TEST(H2FloodBeforeSettings, AClientThatNeverAcknowledgesThemIsCutOff) {
  H2Harness session;
  ASSERT_TRUE(session.feed(std::string(h2::preface) + h2_settings({})));
  std::uint32_t stream = 1;
  for (; stream < 40000; stream += 2)
    if (!session.feed(open_post(stream))) break;
  EXPECT_LT(stream, 5000u);
  EXPECT_EQ(session.failure(), RejectReason::h2_flood_self_reset);
  EXPECT_EQ(session.requests.size(), 128u);
}

// CVE-2019-9517: nothing is asked of the owner that the client does not take.
TEST_F(H2Flood, WhatTheClientDoesNotTakeStaysWithTheOwner) {
  ASSERT_TRUE(feed(h2_settings({{h2::initial_window_size, 0}})));
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(feed(h2_get(stream_of(i), "x.test", "/")));
    set_body(static_cast<http::StreamId>(stream_of(i)), std::string(100000, 'x'));
    session().send_local_head(static_cast<http::StreamId>(stream_of(i)), 200, "", false);
  }
  collect();
  EXPECT_EQ(count(h2::data), 0u);
  EXPECT_TRUE(session().is_window_blocked());
}

// What waits for a client that reads nothing: the owner does not collect, and the queue has its bound.
TEST(H2Unread, WhatIsQueuedForAClientThatDoesNotReadIsBounded) {
  H2Harness session;
  ASSERT_TRUE(session.open());
  const TimePoint now{};
  std::uint32_t stream = 1;
  for (; stream < 200000; stream += 2) {
    const std::string bytes = h2_get(stream, "x.test", "/", {{"connection", "x"}});
    if (!session.session().feed(bytes.data(), bytes.size(), now)) break;
  }
  EXPECT_LT(stream, 400u);
}

// --- honest clients ---

TEST_F(H2Flood, HundredsOfThousandsOfRequestsAreServed) {
  answers_at_once = true;
  constexpr int kRequests = 200000;
  std::uint32_t stream = 1;
  const std::string block = h2_block(h2_request_fields("GET", "x.test", "/"));
  for (int sent = 0; sent < kRequests;) {
    std::string bytes;
    for (int i = 0; i < 100; ++i, ++sent, stream += 2)
      bytes += h2_frame(h2::headers, h2::end_stream | h2::end_headers, stream, block);
    ASSERT_TRUE(feed(bytes)) << sent << " " << to_string(failure());
    ASSERT_EQ(requests.size(), 100u);
    requests.clear();
    heads.clear();
    frames.clear();
    closed.clear();
    if (sent % 1000 == 0) pass(milliseconds(1));
  }
  EXPECT_EQ(session().open_streams(), 0u);
}

TEST_F(H2Flood, ABrowserThatLeavesAPageIsLetBe) {
  for (int page = 0; page < 100; ++page) {
    std::string bytes;
    for (int i = 0; i < 50; ++i) bytes += h2_get(stream_of(page * 100 + i), "x.test", "/image");
    ASSERT_TRUE(feed(bytes)) << page;
    bytes.clear();
    for (int i = 0; i < 50; ++i) bytes += rst(stream_of(page * 100 + i));
    ASSERT_TRUE(feed(bytes)) << page;
    pass(seconds(2));
  }
}

TEST_F(H2Flood, AHundredCancelsAtOnceAndOneEachSecondAreLetBe) {
  std::string bytes;
  for (int i = 0; i < 100; ++i) bytes += h2_get(stream_of(i), "x.test", "/");
  for (int i = 0; i < 100; ++i) bytes += rst(stream_of(i));
  ASSERT_TRUE(feed(bytes));
  for (int i = 100; i < 1000; ++i) {
    pass(seconds(1));
    ASSERT_TRUE(feed(h2_get(stream_of(i), "x.test", "/") + rst(stream_of(i)))) << i;
  }
}

// A gateway in front of us with a connection for all its users: some of them go away all the time.
TEST_F(H2Flood, ABusyClientMayCancelEveryThirdRequest) {
  for (int i = 0; i < 10000; ++i) {
    const auto stream = static_cast<http::StreamId>(stream_of(i));
    ASSERT_TRUE(feed(h2_get(stream_of(i), "x.test", "/"))) << i;
    if (i % 3 == 0)
      ASSERT_TRUE(feed(rst(stream_of(i)))) << i;
    else
      answer(stream);
    if (i % 10 == 0) pass(milliseconds(1));
  }
}

TEST_F(H2Flood, KeepAlivePingsAreLetBe) {
  for (int i = 0; i < 8640; ++i) {  // a day of one each ten seconds
    pass(seconds(10));
    ASSERT_TRUE(feed(ping())) << i;
  }
}

TEST_F(H2Flood, AClientThatPingsForEachReadIsLetBe) {  // gRPC measures the path like that
  ASSERT_TRUE(feed(h2_get(1, "x.test", "/")));
  session().send_local_head(1, 200, "", false);
  for (int i = 0; i < 5000; ++i) {
    set_body(1, "a message", false);
    collect();
    ASSERT_TRUE(feed(ping() + window_update(1, 9) + window_update(0, 9))) << i;
  }
}

TEST_F(H2Flood, ADownloadThatIsAcknowledgedFrameByFrameIsLetBe) {
  ASSERT_TRUE(feed(h2_get(1, "x.test", "/")));
  set_body(1, std::string(2000000, 'x'));
  session().send_local_head(1, 200, "", false);
  collect();
  while (closed.empty()) {
    std::string bytes;
    for (const H2Frame& frame : frames) {
      if (frame.type != h2::data) continue;
      bytes += window_update(0, static_cast<std::uint32_t>(frame.payload.size()));
      bytes += window_update(1, static_cast<std::uint32_t>(frame.payload.size()));
    }
    frames.clear();
    ASSERT_FALSE(bytes.empty());
    ASSERT_TRUE(feed(bytes)) << to_string(failure());
  }
}

TEST_F(H2Flood, AnUploadInSmallPiecesIsLetBe) {
  ASSERT_TRUE(feed(open_post(1)));
  for (int i = 0; i < 50000; ++i) ASSERT_TRUE(feed(data(1, "x"))) << i;
  EXPECT_EQ(requests.at(0).content.size(), 50000u);
}

}  // namespace
}  // namespace headgate::test
