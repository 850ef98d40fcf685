// The bench counts an answer only when every byte of it is right.
#include "load/message_reader.h"

#include <gtest/gtest.h>

#include <string>

namespace headgate::bench {
namespace {

using State = MessageReader::State;
using Kind = MessageReader::Kind;

State read_whole(Kind kind, const std::string& body, const std::string& bytes) {
  MessageReader reader(kind, body);
  return reader.feed(bytes.data(), bytes.size()).state;
}

// Must come to the same result however the bytes are cut.
State read_bytewise(Kind kind, const std::string& body, const std::string& bytes) {
  MessageReader reader(kind, body);
  State state = State::open;
  for (const char& byte : bytes) {
    state = reader.feed(&byte, 1).state;
    if (state != State::open) break;
  }
  return state;
}

void expect_answer(const std::string& bytes, State expected) {
  EXPECT_EQ(read_whole(Kind::response, "abcde", bytes), expected) << bytes;
  EXPECT_EQ(read_bytewise(Kind::response, "abcde", bytes), expected) << bytes;
}

TEST(MessageReader, TakesABodyWithLength) {
  expect_answer("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nabcde", State::complete);
}

TEST(MessageReader, TakesChunks) {
  expect_answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n3;x=y\r\ncde\r\n0\r\n\r\n",
                State::complete);
  expect_answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n0\r\nA: b\r\n\r\n",
                State::complete);
}

TEST(MessageReader, WaitsForTheRest) {
  expect_answer("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabcd", State::open);
  expect_answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n0\r\n", State::open);
}

TEST(MessageReader, RefusesAnythingButTheExpectedBody) {
  expect_answer("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabcdX", State::broken);
  expect_answer("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nabcd", State::broken);
  expect_answer("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nabcdef", State::broken);
  expect_answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nabX\r\n", State::broken);
  expect_answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", State::broken);
}

TEST(MessageReader, RefusesAnswersThatAreNotSound) {
  expect_answer("HTTP/1.1 404 Not Found\r\nContent-Length: 5\r\n\r\nabcde", State::broken);
  expect_answer("HTTP/1.1 200 OK\r\n\r\nabcde", State::broken);
  expect_answer("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", State::broken);
}

TEST(MessageReader, TellsWhetherTheAnswerIsTheLastOfItsConnection) {
  for (const bool closes : {true, false}) {
    const std::string bytes = std::string("HTTP/1.1 200 OK\r\n") + (closes ? "Connection: close\r\n" : "") +
                              "Content-Length: 5\r\n\r\nabcde";
    MessageReader reader(Kind::response, "abcde");
    EXPECT_EQ(reader.feed(bytes.data(), bytes.size()).state, State::complete);
    EXPECT_EQ(reader.closes(), closes);
  }
}

TEST(MessageReader, LeavesWhatFollowsTheMessage) {
  const std::string bytes = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabcdeHTTP";
  MessageReader reader(Kind::response, "abcde");
  EXPECT_EQ(reader.feed(bytes.data(), bytes.size()).consumed, bytes.size() - 4);
}

TEST(MessageReader, CountsSkippedBytes) {
  const std::string head = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n";
  MessageReader reader(Kind::response, "abcde");
  ASSERT_EQ(reader.feed(head.data(), head.size()).state, State::open);
  EXPECT_EQ(reader.skippable(), 5U);
  EXPECT_EQ(reader.skip(3), State::open);
  EXPECT_EQ(reader.skip(2), State::complete);
}

TEST(MessageReader, TakesRequestsOneAfterAnother) {
  const std::string get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
  MessageReader reader(Kind::request, "");
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(reader.feed(get.data(), get.size()).state, State::complete);
    reader.reset();
    EXPECT_FALSE(reader.started());
  }
  EXPECT_EQ(read_bytewise(Kind::request, "", "GET / HTTP/1.0\r\n\r\n"), State::broken);
}

}  // namespace
}  // namespace headgate::bench
