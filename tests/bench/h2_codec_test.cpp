// The bench counts an HTTP/2 answer only when every frame of it is right.
#include "load/h2_codec.h"

#include <gtest/gtest.h>

#include <cstring>

#include "support/h2_frames.h"

namespace headgate::bench {
namespace {

namespace h2 = test_support::h2;
using test_support::h2_frame;
using test_support::h2_number;

const std::string kBody = "abcde";
const std::string kOk = "\x88";        // ":status: 200" of the static table
const std::string kNotFound = "\x8d";  // ":status: 404"
constexpr std::uint8_t kWholeHead = h2::end_headers;

Options options() {
  Options chosen;
  chosen.hosts = 4;
  chosen.body = 5;
  return chosen;
}

class H2CodecTest : public ::testing::Test {
 protected:
  // What the codec sends now, as (type, stream) of each frame; the preface is taken off.
  std::vector<std::pair<int, std::uint32_t>> sent() {
    std::string& out = codec.output(2);
    if (out.starts_with(h2::preface)) out.erase(0, h2::preface.size());
    std::vector<std::pair<int, std::uint32_t>> frames;
    for (std::string_view rest = out; !rest.empty(); rest.remove_prefix(9 + (h2_number(rest) >> 8)))
      frames.emplace_back(rest[3], h2_number(rest.substr(5)));
    out.clear();
    return frames;
  }
  // Requests for streams 1 and 3 are under way after it.
  void begin() {
    ASSERT_TRUE(codec.feed(h2_frame(h2::settings, 0, 0), 1));
    sent();
  }
  bool take(const std::string& frames) { return codec.feed(frames, 3); }
  static std::string head(std::uint32_t stream, const std::string& block = kOk) {
    return h2_frame(h2::headers, kWholeHead, stream, block);
  }
  static std::string data(std::uint32_t stream, const std::string& bytes) {
    return h2_frame(h2::data, h2::end_stream, stream, bytes);
  }

  Messages messages{options()};
  H2Requests requests{messages, 4};
  Tally tally;
  H2Codec codec{requests, 1, 2, kBody, tally};
};

TEST_F(H2CodecTest, AsksOnAllStreamsOnceTheServerHasSaidWhatItAllows) {
  EXPECT_TRUE(codec.output(0).starts_with(h2::preface));
  for (const auto& [type, stream] : sent()) EXPECT_NE(type, h2::headers) << "before SETTINGS";
  ASSERT_TRUE(take(h2_frame(h2::settings, 0, 0)));
  std::vector<std::uint32_t> asked;
  for (const auto& [type, stream] : sent())
    if (type == h2::headers) asked.push_back(stream);
  EXPECT_EQ(asked, (std::vector<std::uint32_t>{1, 3}));
}

TEST_F(H2CodecTest, CountsAWholeAnswerAndAsksAgain) {
  begin();
  ASSERT_TRUE(take(head(3) + h2_frame(h2::data, 0, 3, "ab") + data(3, "cde"))) << codec.problem();
  EXPECT_EQ(tally.answers, 1u);
  EXPECT_EQ(sent(), (std::vector<std::pair<int, std::uint32_t>>{{h2::headers, 5}}));
}

TEST_F(H2CodecTest, ComesToTheSameByteByByte) {
  begin();
  for (const char byte : head(1) + data(1, kBody) + head(3) + data(3, kBody))
    ASSERT_TRUE(codec.feed({&byte, 1}, 3)) << codec.problem();
  EXPECT_EQ(tally.answers, 2u);
}

TEST_F(H2CodecTest, WaitsForTheRest) {
  begin();
  ASSERT_TRUE(take(head(1) + h2_frame(h2::data, 0, 1, "abcd")));
  EXPECT_EQ(tally.answers, 0u);
}

TEST_F(H2CodecTest, FollowsAGoawayToItsEnd) {
  begin();
  ASSERT_TRUE(take(h2_frame(h2::goaway, 0, 0, h2_number(1) + h2_number(h2::no_error))));
  EXPECT_FALSE(codec.finished()) << "stream 1 was taken and is not answered";
  ASSERT_TRUE(take(head(1) + data(1, kBody)));
  EXPECT_TRUE(codec.finished());
  EXPECT_TRUE(sent().empty()) << "a request after GOAWAY";
}

TEST_F(H2CodecTest, AnswersPings) {
  begin();
  ASSERT_TRUE(take(h2_frame(h2::ping, 0, 0, "12345678") + h2_frame(h2::ping, h2::ack, 0, "12345678")));
  EXPECT_EQ(sent(), (std::vector<std::pair<int, std::uint32_t>>{{h2::ping, 0}}));
}

class WrongAnswer : public H2CodecTest, public ::testing::WithParamInterface<std::string> {};

TEST_P(WrongAnswer, IsRefused) {
  begin();
  EXPECT_FALSE(take(GetParam()));
  EXPECT_STRNE(codec.problem(), "");
}

INSTANTIATE_TEST_SUITE_P(
    Frames, WrongAnswer,
    ::testing::Values(h2_frame(h2::headers, kWholeHead, 1, kNotFound),
                      h2_frame(h2::headers, kWholeHead, 5, kOk),
                      h2_frame(h2::headers, kWholeHead, 1, kOk + "\xff\xff\xff\xff\xff\xff\xff"),
                      h2_frame(h2::headers, 0, 1, kOk),
                      h2_frame(h2::headers, kWholeHead, 1, kOk) + h2_frame(h2::headers, kWholeHead, 1, kOk),
                      h2_frame(h2::data, 0, 1, "abcde"),
                      h2_frame(h2::headers, kWholeHead, 1, kOk) + h2_frame(h2::data, 0, 1, "abcdX"),
                      h2_frame(h2::headers, kWholeHead, 1, kOk) + h2_frame(h2::data, 0, 1, "abcdef"),
                      h2_frame(h2::headers, kWholeHead, 1, kOk) +
                          h2_frame(h2::data, h2::end_stream, 1, "abcd"),
                      h2_frame(h2::headers, kWholeHead | h2::end_stream, 1, kOk),
                      h2_frame(h2::rst_stream, 0, 1, h2_number(h2::cancel)),
                      h2_frame(h2::goaway, 0, 0, h2_number(1) + h2_number(h2::enhance_your_calm)),
                      h2_frame(h2::settings, 0, 0, std::string("\0\3", 2) + h2_number(1)),
                      h2_frame(h2::settings, 0, 0, std::string("\0\1", 2) + h2_number(0))));

}  // namespace
}  // namespace headgate::bench
