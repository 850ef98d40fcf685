// H2ClientSession against the product's own H2Session as the pod: requests, answers, trailers, windows, ends.
#include "http/h2_client_session.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

#include "http/h2_session.h"

namespace headgate::http {
namespace {

// What the pod was asked, and what it is to answer.
class Pod : public H2Handler {
 public:
  void on_request(StreamId stream, RequestHead& head, RequestFacts& facts, bool last) override {
    streams.push_back(stream);
    line = head.method_text;
    line.append(" ").append(head.target).append(" ").append(facts.host);
    for (const Field& field : head.fields)
      if (!field.drop) fields.append(field.name).append("=").append(field.value).append(";");
    ended = last;
  }
  void on_refused_request(StreamId, std::string_view, Refusal) override { ++refused; }
  void on_data(StreamId stream, const char* data, std::size_t size, bool last) override {
    content.append(data, size);
    ended = last;
    session->consumed(stream, size);
  }
  void on_reset(StreamId, H2Error error) override { reset = error; }
  void on_closed(StreamId) override { ++closed; }
  H2Body body(StreamId, std::size_t most) override {
    H2Body result;
    result.available = std::min(most, answer.size());
    result.last = answer_ends && result.available == answer.size();
    result.trailers = trailers;
    return result;
  }
  void take_body(StreamId, std::size_t size, ByteBuffer& out) override {
    out.append(std::string_view(answer).substr(0, size));
    answer.erase(0, size);
  }
  RequestHead& head_scratch() override { return scratch; }
  std::uint64_t random_bits() override { return 7; }

  H2Session* session = nullptr;
  RequestHead scratch;
  std::vector<StreamId> streams;
  std::string line, fields, content, answer, trailers;
  bool ended = false, answer_ends = true;
  int refused = 0, closed = 0;
  std::optional<H2Error> reset;
};

class Stream : public H2ClientStream {
 public:
  void on_response(ResponseHead& head, bool last) override {
    status = head.status;
    for (const Field& field : head.fields)
      fields.append(field.name).append("=").append(field.value).append(";");
    ended = last;
  }
  void on_data(const char* data, std::size_t size, bool last) override {
    content.append(data, size);
    ended = last;
  }
  void on_trailers(std::string_view lines) override {
    trailers = lines;
    ended = true;
  }
  void on_reset(H2Error error, bool not_processed, bool) override {
    reset = error;
    unprocessed = not_processed;
  }
  std::size_t read_body(char* out, std::size_t most, bool& last) override {
    const std::size_t size = std::min(most, body.size());
    body.copy(out, size);
    body.erase(0, size);
    last = body.empty() && body_ends;
    return size;
  }

  int status = 0;
  std::string fields, content, trailers, body;
  bool body_ends = true, ended = false, unprocessed = false;
  std::optional<H2Error> reset;
};

class H2ClientSessionTest : public ::testing::Test {
 protected:
  H2ClientSessionTest() { pod.session = &server; }
  // Until neither has anything more to say.
  void exchange() {
    for (int turns = 0; turns < 10000; ++turns) {
      ByteBuffer bytes;
      client.collect(bytes, 1 << 16);
      if (!bytes.empty()) server.feed(bytes.data(), bytes.size(), now);
      ByteBuffer back;
      server.collect(back, 1 << 16);
      if (!back.empty()) client.feed(back.data(), back.size());
      if (bytes.empty() && back.empty()) return;
    }
    FAIL() << "they talk for ever";
  }
  void answer(StreamId id, int status, bool last) {
    ResponseHead head;
    head.status = status;
    server.send_head(id, head, {}, {}, last);
  }

  TimePoint now = Clock::now();
  Pod pod;
  H2Session server{{}, pod, now};
  ResponseHead scratch;
  H2ClientSession client{{}, scratch};
};

constexpr std::string_view kGet =
    "GET /a?b HTTP/1.1\r\nHost: x.test\r\nX-One: 1\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n";
constexpr std::string_view kPost = "POST /up HTTP/1.1\r\nHost: x.test\r\nTransfer-Encoding: chunked\r\n\r\n";

TEST_F(H2ClientSessionTest, ARequestBecomesPseudoFieldsAndFields) {
  Stream stream;
  const StreamId id = client.open(kGet, "http", true, stream);
  exchange();
  ASSERT_EQ(pod.streams.size(), 1U);
  EXPECT_EQ(pod.line, "GET /a?b x.test");
  EXPECT_EQ(pod.fields, "x-one=1;");
  EXPECT_TRUE(pod.ended);
  pod.answer = "hello";
  answer(pod.streams[0], 200, false);
  exchange();
  EXPECT_EQ(stream.status, 200);
  EXPECT_EQ(stream.content, "hello");
  EXPECT_TRUE(stream.ended);
  EXPECT_EQ(pod.closed, 1);
  client.forget(id, H2Error::cancel);  // over already: nothing is said
  exchange();
  EXPECT_FALSE(pod.reset);
  EXPECT_EQ(client.open_streams(), 0U);
}

TEST_F(H2ClientSessionTest, ContentGoesAsItComesAndAnswersMayBeginBefore) {
  Stream stream;
  stream.body_ends = false;
  const StreamId id = client.open(kPost, "http", false, stream);
  exchange();
  pod.answer_ends = false;
  pod.answer = "early";
  answer(pod.streams[0], 200, false);
  exchange();
  EXPECT_EQ(stream.content, "early");
  stream.body = "late";
  stream.body_ends = true;
  client.resume(id);
  exchange();
  EXPECT_EQ(pod.content, "late");
  EXPECT_TRUE(pod.ended);
}

TEST_F(H2ClientSessionTest, TrailersEndTheAnswer) {
  for (const char* content : {"message", ""}) {
    Stream stream;
    client.open(kGet, "http", true, stream);
    exchange();
    pod.answer = content;
    pod.trailers = "grpc-status: 0\r\ngrpc-message: fine\r\n";
    answer(pod.streams.back(), 200, false);
    exchange();
    EXPECT_EQ(stream.content, content);
    EXPECT_EQ(stream.trailers, pod.trailers);
    EXPECT_TRUE(stream.ended);
  }
  EXPECT_EQ(pod.closed, 2);
}

TEST_F(H2ClientSessionTest, WhatIsNotConsumedHoldsUpItsOwnStreamAlone) {
  Stream slow;
  const StreamId id = client.open(kGet, "http", true, slow);
  exchange();
  pod.answer.assign(200000, 'x');
  answer(pod.streams[0], 200, false);
  exchange();
  EXPECT_EQ(slow.content.size(), 65535U);
  client.consumed(id, 65535);
  exchange();
  EXPECT_EQ(slow.content.size(), 2 * 65535U);
}

TEST_F(H2ClientSessionTest, ARequestThatIsGivenUpIsReset) {
  Stream stream;
  const StreamId id = client.open(kGet, "http", true, stream);
  exchange();
  client.forget(id, H2Error::cancel);
  exchange();
  EXPECT_EQ(pod.reset, H2Error::cancel);
  EXPECT_FALSE(stream.reset) << "its owner hears nothing more";
}

TEST_F(H2ClientSessionTest, GoawayTellsWhatWasNotLookedAt) {
  Stream first;
  client.open(kGet, "http", true, first);
  exchange();
  server.shut_down();
  Stream second;
  client.open(kGet, "http", true, second);  // crosses the GOAWAY
  exchange();
  EXPECT_FALSE(first.reset);
  ASSERT_TRUE(second.reset);
  EXPECT_TRUE(second.unprocessed);
  EXPECT_FALSE(client.can_open());
  pod.answer = "still";
  answer(pod.streams[0], 200, false);
  exchange();
  EXPECT_EQ(first.content, "still");
}

TEST_F(H2ClientSessionTest, AResetByThePodIsHeard) {
  Stream stream;
  client.open(kGet, "http", true, stream);
  exchange();
  server.reset(pod.streams[0], H2Error::internal_error);
  exchange();
  EXPECT_EQ(stream.reset, H2Error::internal_error);
  EXPECT_FALSE(stream.unprocessed);
}

TEST_F(H2ClientSessionTest, WhatIsNotHttp2EndsIt) {
  const std::string http1 = "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n";
  client.feed(http1.data(), http1.size());
  ByteBuffer out;  // preface, SETTINGS and a GOAWAY that says why
  EXPECT_FALSE(client.collect(out, 1 << 16));
  EXPECT_FALSE(client.can_open());
}

TEST_F(H2ClientSessionTest, KnowsWhatThePodAllowsOnceItHasSaid) {
  EXPECT_FALSE(client.server_max_streams());
  exchange();
  EXPECT_EQ(client.server_max_streams(), 128U);
}

TEST_F(H2ClientSessionTest, OpensNoMoreThanThePodAllows) {
  exchange();  // the pod's SETTINGS: 128; ours are fewer
  std::vector<std::unique_ptr<Stream>> streams;
  while (client.can_open() && streams.size() < 1000) {
    streams.push_back(std::make_unique<Stream>());
    client.open(kGet, "http", true, *streams.back());
  }
  EXPECT_EQ(streams.size(), 100U);
}

}  // namespace
}  // namespace headgate::http
