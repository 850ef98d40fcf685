#include "http/chunked.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace headgate::http {
namespace {

struct Decoded {
  ParseStatus status = ParseStatus::incomplete;
  RejectReason reason = RejectReason::none;
  std::string content;
  std::size_t consumed = 0;
  friend bool operator==(const Decoded&, const Decoded&) = default;
};

// Hands the stream over in pieces of `piece` bytes, each in a heap block of its very size.
Decoded decode(std::string_view stream, std::size_t piece) {
  ChunkedDecoder decoder;
  Decoded result;
  for (std::size_t at = 0; at < stream.size() && result.status == ParseStatus::incomplete; at += piece) {
    const std::string_view part = stream.substr(at, piece);
    std::vector<char> buffer(part.begin(), part.end());
    const ChunkedDecoder::Output output = decoder.decode(buffer.data(), buffer.size());
    result.status = output.status;
    result.reason = output.refusal.reason;
    result.content.append(buffer.data(), output.payload);
    result.consumed += output.consumed;
  }
  return result;
}

// The same in pieces of every size.
Decoded decode(std::string_view stream) {
  const Decoded whole = decode(stream, std::max<std::size_t>(stream.size(), 1));
  for (std::size_t piece = 1; piece < std::min<std::size_t>(stream.size(), 40); ++piece)
    EXPECT_EQ(decode(stream, piece), whole) << "in pieces of " << piece << ": " << stream.substr(0, 60);
  return whole;
}

TEST(ChunkedDecoder, JoinsTheChunksAndStopsBehindTheLast) {
  const Decoded body = decode("5\r\nhello\r\n00A;n=v\r\n 0123456\r\n\r\n0;x\r\n\r\nGET / ");
  EXPECT_EQ(body.status, ParseStatus::complete);
  EXPECT_EQ(body.content, "hello 0123456\r\n");
  EXPECT_EQ(body.consumed, 38U);
}

TEST(ChunkedDecoder, TakesAnEmptyBody) {
  EXPECT_EQ(decode("0\r\n\r\n").status, ParseStatus::complete);
  EXPECT_EQ(decode("0000000000000000000000\r\n\r\n").status, ParseStatus::complete);
}

TEST(ChunkedDecoder, WaitsForTheRest) {
  const std::string_view stream = "3\r\nabc\r\n0\r\nT: v\r\n\r\n";
  for (std::size_t size = 0; size < stream.size(); ++size)
    EXPECT_EQ(decode(stream.substr(0, size)).status, ParseStatus::incomplete) << size;
  EXPECT_EQ(decode(stream).status, ParseStatus::complete);
}

TEST(ChunkedDecoder, RefusesFaultyChunks) {
  for (const char* stream : {"\r\n",
                             "g\r\n",
                             " 5\r\n",
                             "+5\r\n",
                             "-5\r\n",
                             "0x5\r\n",
                             ";a\r\n",
                             "5 \r\n",
                             "5\t;a\r\n",
                             "5\n",
                             "5\r5",
                             "5\r\r\n",
                             "5;\r\n",
                             "5;a\n",
                             "5;a\rb",
                             "5;a\x01\r\n",
                             "5\r\nhello\n",
                             "5\r\nhelloXX",
                             "5\r\nhello\r\r",
                             "5\r\nhello\r\n\r\n",
                             "ffffffffffffffff\r\n",
                             "fffffffffffffffb\r\n",
                             "10000000000000005\r\n",
                             "400000000000001\r\n",
                             "0\r\n\n",
                             "0\n"}) {
    const Decoded body = decode(stream);
    EXPECT_EQ(body.status, ParseStatus::refused) << stream;
  }
  EXPECT_EQ(decode("5\r\nhelloworld\r\n0\r\n\r\n").content, "hello");
}

TEST(ChunkedDecoder, ChecksTrailersAndThrowsThemAway) {
  const Decoded body = decode("1\r\na\r\n0\r\nHost: evil\r\nContent-Length: 9\r\nX:\r\n\r\nrest");
  EXPECT_EQ(body.status, ParseStatus::complete);
  EXPECT_EQ(body.content, "a");
  for (const char* trailer : {"NoColon\r\n", "A : b\r\n", " A: b\r\n", "A: b\r\n c\r\n", ": b\r\n",
                              "A: \x01\r\n", "A: b\n", "A: b\r\r\n", "\r\r"}) {
    const Decoded refused = decode("0\r\n" + std::string(trailer) + "\r\n");
    EXPECT_EQ(refused.status, ParseStatus::refused) << trailer;
    EXPECT_EQ(refused.reason, RejectReason::bad_trailer) << trailer;
  }
}

TEST(ChunkedDecoder, BoundsWhatIsNotContent) {
  EXPECT_EQ(decode("1;" + std::string(1021, 'e') + "\r\nx\r\n0\r\n\r\n", 4096).status, ParseStatus::complete);
  EXPECT_EQ(decode("1;" + std::string(1022, 'e') + "\r\nx\r\n0\r\n\r\n", 4096).status, ParseStatus::refused);
  EXPECT_EQ(decode(std::string(2000, '0'), 4096).status, ParseStatus::refused);
  std::string extensions;
  for (int i = 0; i < 8; ++i) extensions += "1;" + std::string(1000, 'e') + "\r\nx\r\n";
  EXPECT_EQ(decode(extensions + "0\r\n\r\n", 4096).status, ParseStatus::complete);
  EXPECT_EQ(decode(extensions + "1;" + std::string(193, 'e') + "\r\n", 4096).status, ParseStatus::refused);

  std::string fields;
  for (int i = 0; i < 32; ++i) fields += "A: b\r\n";
  EXPECT_EQ(decode("0\r\n" + fields + "\r\n", 4096).status, ParseStatus::complete);
  EXPECT_EQ(decode("0\r\n" + fields + "A: b\r\n\r\n", 4096).status, ParseStatus::refused);
  EXPECT_EQ(decode("0\r\nA: " + std::string(8000, 'b') + "\r\n\r\n", 4096).status, ParseStatus::complete);
  EXPECT_EQ(decode("0\r\nA: " + std::string(8200, 'b') + "\r\n\r\n", 4096).status, ParseStatus::refused);
}

TEST(ChunkedDecoder, StaysWhereItEnded) {
  ChunkedDecoder decoder;
  std::string done = "0\r\n\r\n";
  EXPECT_EQ(decoder.decode(done.data(), done.size()).status, ParseStatus::complete);
  std::string more = "5\r\nhello\r\n";
  EXPECT_EQ(decoder.decode(more.data(), more.size()).consumed, 0U);
  EXPECT_EQ(decoder.decode(more.data(), more.size()).status, ParseStatus::complete);
  decoder.reset();
  EXPECT_EQ(decoder.decode(more.data(), more.size()).payload, 5U);
  std::string bad = "x";
  EXPECT_EQ(decoder.decode(bad.data(), bad.size()).status, ParseStatus::refused);
  std::string good = "0\r\n\r\n";
  const ChunkedDecoder::Output after = decoder.decode(good.data(), good.size());
  EXPECT_EQ(after.status, ParseStatus::refused);
  EXPECT_EQ(after.refusal.status, 400);
}

TEST(ChunkedDecoder, LeavesABufferInsideOneChunkInPlace) {
  ChunkedDecoder decoder;
  std::string head = "100000\r\n";
  EXPECT_EQ(decoder.decode(head.data(), head.size()).payload, 0U);
  std::string body(4096, 'b');
  const ChunkedDecoder::Output output = decoder.decode(body.data(), body.size());
  EXPECT_EQ(output.payload, body.size());
  EXPECT_EQ(output.consumed, body.size());
  EXPECT_EQ(body, std::string(4096, 'b'));
}

}  // namespace
}  // namespace headgate::http
