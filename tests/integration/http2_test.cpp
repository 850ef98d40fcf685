// HTTP/2 from the client's side: how a connection begins, what a request becomes, what an answer becomes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "integration/http2_fixture.h"
#include "support/pattern.h"
#include "support/temp_dir.h"

namespace headgate::test_support {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::Not;

class Http2 : public OnePodOverH2 {
 protected:
  void answer_with(std::string bytes) {
    pod.set_handler([bytes = std::move(bytes)](BackendExchange& exchange) {
      exchange.read_body();
      exchange.send(bytes);
    });
    start();
  }
};

// --- how a connection begins ---

TEST_F(Http2, PriorKnowledgeOnThePlainPortIsUnderstood) {
  start();
  H2Connected one = connect();
  const H2Response response = one.get("/hello?x=1");
  EXPECT_EQ(response.status, 200);
  EXPECT_THAT(response.body, HasSubstr("target=/hello?x=1\n"));
  EXPECT_TRUE(response.complete);
  EXPECT_EQ(one.get("/again").status, 200);
  EXPECT_EQ(metric("headgate_http2_connections_total"), 1);
  EXPECT_EQ(metric("headgate_http2_streams_total"), 2);
}

TEST_F(Http2, APrefaceThatComesByteByByteIsUnderstood) {
  start();
  RawClient one = client();
  const std::string bytes = std::string(h2::preface) + h2_settings({}) + h2_get(1, "x.test", "/slow");
  for (const char byte : bytes) one.send(std::string_view(&byte, 1));
  ASSERT_TRUE(pod.wait_for_requests(1));
  EXPECT_EQ(pod.last_request().target, "/slow");
}

TEST_F(Http2, APrefaceBehindARequestIsNoRequest) {
  start();
  RawClient one = client();
  EXPECT_EQ(one.exchange(make_request("GET", "x.test", "/first")).status, 200);
  one.send(h2::preface);
  EXPECT_THAT(one.receive().status, AnyOf(400, 505));
  EXPECT_TRUE(one.closed_by_peer());
  EXPECT_EQ(pod.request_count(), 1u);
}

TEST_F(Http2, WhatOnlyBeginsLikeAPrefaceIsHttp1) {
  start();
  EXPECT_EQ(ask(make_request("PRINT", "x.test", "/")).status, 200);
  EXPECT_EQ(ask(make_request("POST", "x.test", "/", "Content-Length: 0\r\n")).status, 200);
  EXPECT_THAT(ask("PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n").status, AnyOf(400, 505));
}

// --- what the pod sees ---

TEST_F(Http2, ThePodSeesHttp1WithTheFieldsOfAProxy) {
  start();
  H2Connected one = connect();
  one.get("/a/../b", {{"user-agent", "h2-test"},
                      {"x-forwarded-for", "1.2.3.4"},
                      {"cookie", "a=1"},
                      {"cookie", "b=2"},
                      {"te", "trailers"}});
  const HttpRequest seen = pod.requests().at(0);
  EXPECT_EQ(seen.version, "HTTP/1.1");
  EXPECT_EQ(seen.target, "/b");
  EXPECT_EQ(seen.field("Host"), "x.test");
  EXPECT_EQ(seen.count("Host"), 1u);
  EXPECT_EQ(seen.field("User-Agent"), "h2-test");
  EXPECT_EQ(seen.field("X-Forwarded-For"), "127.0.0.1");
  EXPECT_EQ(seen.field("X-Forwarded-Proto"), "http");
  EXPECT_EQ(seen.field("Cookie"), "a=1; b=2");
  EXPECT_FALSE(seen.has("TE"));
  EXPECT_FALSE(seen.has("Transfer-Encoding"));
  EXPECT_FALSE(seen.has("Content-Length"));
}

TEST_F(Http2, ContentOfKnownLengthIsPassedAsALength) {
  start();
  H2Connected one = connect();
  const std::uint32_t stream = one.begin("POST", "/up", {{"content-length", "5"}});
  EXPECT_TRUE(one->send_body(stream, "hello"));
  EXPECT_EQ(one->receive(stream).status, 200);
  const HttpRequest seen = pod.requests().at(0);
  EXPECT_EQ(seen.body, "hello");
  EXPECT_EQ(seen.field("Content-Length"), "5");
  EXPECT_FALSE(seen.has("Transfer-Encoding"));
}

TEST_F(Http2, ContentOfUnknownLengthIsChunked) {
  start();
  H2Connected one = connect();
  const std::uint32_t stream = one.begin("POST", "/up");
  one->send(h2_frame(h2::data, 0, stream, "hel") + h2_frame(h2::data, 0, stream, "lo") +
            h2_frame(h2::data, h2::end_stream, stream, ""));
  EXPECT_EQ(one->receive(stream).status, 200);
  const HttpRequest seen = pod.requests().at(0);
  EXPECT_EQ(seen.body, "hello");
  EXPECT_TRUE(seen.lists("Transfer-Encoding", "chunked"));
  EXPECT_FALSE(seen.has("Content-Length"));
}

TEST_F(Http2, ContentThatIsLongerThanAnnouncedNeverReachesThePodWhole) {
  pod.set_handler([](BackendExchange& exchange) {
    if (exchange.read_body()) exchange.respond_with_echo();
  });
  start();
  H2Connected one = connect();
  const std::uint32_t stream = one.begin("POST", "/up", {{"content-length", "5"}});
  one->send(h2_frame(h2::data, h2::end_stream, stream, "hell"));
  EXPECT_TRUE(one->receive(stream).reset);
  for (const HttpRequest& seen : pod.requests()) EXPECT_FALSE(seen.complete);
  expect_still_serving();
}

TEST_F(Http2, TrailersOfTheRequestAreDropped) {
  start();
  H2Connected one = connect();
  const std::uint32_t stream =
      one.post_with_trailers("/up", "hello", {{"x-checksum", "1"}, {"authorization", "stolen"}});
  EXPECT_EQ(one->receive(stream).status, 200);
  const HttpRequest seen = pod.requests().at(0);
  EXPECT_EQ(seen.body, "hello");
  EXPECT_FALSE(seen.has("Authorization"));
  EXPECT_TRUE(seen.trailers.empty());
}

TEST_F(Http2, AnExpectationIsAnsweredWith100) {
  pod.set_handler([](BackendExchange& exchange) {
    exchange.read_body();
    exchange.respond_with_echo();
  });
  start();
  H2Connected one = connect();
  const std::uint32_t stream =
      one.begin("POST", "/up", {{"content-length", "5"}, {"expect", "100-continue"}});
  ASSERT_TRUE(one.until([&] { return one->response(stream).status == 100; }));
  one->send_body(stream, "hello");
  EXPECT_EQ(one->receive(stream).status, 200);
  EXPECT_EQ(pod.requests().at(0).body, "hello");
}

// --- what the client sees ---

TEST_F(Http2, NamesAreLoweredAndHopByHopFieldsDropped) {
  answer_with(
      "HTTP/1.1 200 OK\r\nX-One: 1\r\nConnection: keep-alive, X-Secret\r\nX-Secret: s\r\nKeep-Alive: 5\r\n"
      "Set-Cookie: a=1\r\nSet-Cookie: b=2\r\nServer: pod\r\nContent-Length: 2\r\n\r\nok");
  H2Connected one = connect();
  const H2Response response = one.get("/");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.field("x-one"), "1");
  EXPECT_EQ(response.field("content-length"), "2");
  EXPECT_TRUE(response.field("date"));
  for (const char* name : {"connection", "x-secret", "keep-alive", "server", "transfer-encoding", "X-One"})
    EXPECT_FALSE(response.field(name)) << name;
  EXPECT_EQ(std::count_if(response.fields.begin(), response.fields.end(),
                          [](const auto& field) { return field.first == "set-cookie"; }),
            2);
  EXPECT_EQ(response.body, "ok");
}

TEST_F(Http2, ChunkedAnswersAndTheirTrailersComeOutAsContent) {
  answer_with(
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n5\r\nhello\r\n6\r\n "
      "world\r\n0\r\nX-Sum: 1\r\n\r\n");
  H2Connected one = connect();
  const H2Response response = one.get("/");
  EXPECT_TRUE(response.complete);
  EXPECT_EQ(response.body, "hello world");
  EXPECT_TRUE(response.trailers.empty());
  EXPECT_FALSE(response.field("trailer"));
}

TEST_F(Http2, AnswersWithoutContentEndWithTheirHead) {
  pod.set_handler([](BackendExchange& exchange) {
    const std::string target = exchange.request().target;
    if (target == "/head") {
      exchange.send("HTTP/1.1 200 OK\r\nContent-Length: 1234\r\n\r\n");
    } else if (target == "/204") {
      exchange.send("HTTP/1.1 204 No Content\r\n\r\n");
    } else {
      exchange.send("HTTP/1.1 304 Not Modified\r\nETag: \"1\"\r\nContent-Length: 99\r\n\r\n");
    }
  });
  start();
  H2Connected one = connect();
  const std::uint32_t head = one->next_stream();
  one->send(h2_frame(h2::headers, h2::end_stream | h2::end_headers, head,
                     h2_block(h2_request_fields("HEAD", "x.test", "/head"))));
  const H2Response response = one->receive(head);
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.field("content-length"), "1234");
  EXPECT_TRUE(response.complete);
  EXPECT_EQ(response.body, "");
  const H2Response no_content = one.get("/204");
  EXPECT_EQ(no_content.status, 204);
  EXPECT_TRUE(no_content.complete);
  EXPECT_FALSE(no_content.field("content-length"));
  const H2Response not_modified = one.get("/304");
  EXPECT_EQ(not_modified.status, 304);
  EXPECT_TRUE(not_modified.complete);
  EXPECT_EQ(not_modified.field("etag"), "\"1\"");
}

TEST_F(Http2, EarlyHintsAreRelayed) {
  pod.set_handler([this](BackendExchange& exchange) {
    exchange.send("HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n");
    gate.wait();
    exchange.respond(200, "done");
  });
  start();
  H2Connected one = connect();
  const std::uint32_t stream = one.begin_get("/");
  ASSERT_TRUE(one.until([&] { return one->response(stream).status == 103; }));
  EXPECT_EQ(one->response(stream).field("link"), "</a.css>");
  gate.open();
  const H2Response response = one->receive(stream);
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "done");
}

TEST_F(Http2, AnAnswerThatIsCutIsReset) {
  pod.set_handler(send_then_close("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this"));
  start();
  H2Connected one = connect();
  const H2Response response = one.get("/");
  EXPECT_EQ(response.status, 200);
  EXPECT_FALSE(response.complete);
  EXPECT_EQ(response.reset, 2u) << "INTERNAL_ERROR";
  pod.set_handler({});
  EXPECT_EQ(one.get("/next").status, 200);
}

TEST_F(Http2, LocalRepliesHaveTheSamePagesAsOverHttp1) {
  start({}, ingress("slashed", "y.test", "web"));
  H2Connected one = connect();
  const H2Response missing = one->get("nobody.test", "/");
  EXPECT_EQ(missing.status, 404);
  EXPECT_EQ(missing.body, headgate->get("nobody.test", "/").body);
  EXPECT_EQ(missing.field("content-type"), "text/html");
  EXPECT_EQ(missing.field("content-length"), std::to_string(missing.body.size()));
  EXPECT_TRUE(missing.field("date"));
  EXPECT_FALSE(missing.field("connection"));
  EXPECT_TRUE(missing.complete);
  pod.set_handler([](BackendExchange& exchange) { exchange.close(); });
  const H2Response bad = one.get("/");
  EXPECT_EQ(bad.status, 502);
  EXPECT_THAT(bad.body, HasSubstr("502 Bad Gateway"));
}

TEST_F(Http2, ABodyTooLargeIs413AndTheStreamEndsWithoutBlame) {
  start();
  H2Connected one = connect();
  const std::uint32_t stream = one.begin("POST", "/up", {{"content-length", "100000000"}});
  ASSERT_TRUE(one.until([&] { return one->response(stream).reset.has_value(); }));
  const H2Response response = one->response(stream);
  EXPECT_EQ(response.status, 413);
  EXPECT_TRUE(response.complete);
  EXPECT_EQ(response.reset, h2::no_error);
  EXPECT_EQ(pod.request_count(), 0u);
  EXPECT_EQ(one.get("/next").status, 200);
}

TEST_F(Http2, ABodyThatTurnsOutTooLargeIs413AndThePodSeesACut) {
  start();
  H2Connected one = connect();
  const std::uint32_t stream = one.begin("POST", "/up");
  one->send_body(stream, pattern(0, 3 * 1024 * 1024));
  ASSERT_TRUE(one.until([&] { return one->response(stream).reset.has_value(); }));
  EXPECT_EQ(one->response(stream).status, 413);
  EXPECT_EQ(one->response(stream).reset, h2::no_error);
  for (const HttpRequest& seen : pod.requests()) EXPECT_FALSE(seen.complete);
}

TEST_F(Http2, TheLogNamesTheProtocol) {
  const TempDir logs;
  HeadgateOptions options;
  options.access_log = "";
  start(options);
  H2Connected one = connect();
  one.get("/logged");
  EXPECT_TRUE(headgate->process().wait_for_output("\"GET /logged HTTP/2.0\" 200"));
}

// --- floods ---

TEST_F(Http2, RapidResetsEndTheConnectionAndAreCounted) {
  pod.set_handler(never_answer());
  start();
  H2Connected one = connect();
  for (int i = 0; i < 5000; ++i) {
    const std::uint32_t stream = one->next_stream();
    if (!one->send(h2_get(stream, "x.test", "/") +
                   h2_frame(h2::rst_stream, 0, stream, h2_number(h2::cancel))))
      break;
  }
  EXPECT_EQ(one->wait_for_goaway(), h2::enhance_your_calm);
  EXPECT_EQ(metric("headgate_http_rejected_total", "h2_flood_reset"), 1);
  EXPECT_TRUE(eventually([&] { return pod.open_connections() == 0; }));
  expect_nothing_poisoned();
}

}  // namespace
}  // namespace headgate::test_support
