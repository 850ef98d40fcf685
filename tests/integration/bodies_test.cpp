// Message bodies both ways: every framing, every order of events, under back-pressure and with bounded
// memory.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "integration/one_pod.h"
#include "support/pattern.h"
#include "support/process_stats.h"

namespace headgate::test_support {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class RequestBodies : public OnePod {};
class ResponseBodies : public OnePod {
 protected:
  // Starts and lets the pod answer every request with exactly these bytes.
  void answer_with(std::string bytes, bool close = false) {
    pod.set_handler([bytes = std::move(bytes), close](BackendExchange& exchange) {
      exchange.read_body();
      exchange.send(bytes);
      if (close) exchange.close();
    });
    if (!headgate) start();
  }
};

TEST_F(RequestBodies, ALengthIsPassedAsALength) {
  start();
  EXPECT_EQ(ask(make_request("POST", "x.test", "/", "Content-Length: 5\r\n", "hello")).status, 200);
  const HttpRequest seen = pod.requests().at(0);
  EXPECT_EQ(seen.body, "hello");
  EXPECT_EQ(seen.field("Content-Length"), "5");
}

TEST_F(RequestBodies, AnEmptyBodyStaysDeclared) {
  start();
  EXPECT_EQ(ask(make_request("POST", "x.test", "/", "Content-Length: 0\r\n")).status, 200);
  EXPECT_EQ(pod.requests().at(0).field("Content-Length"), "0");
}

TEST_F(RequestBodies, ChunksArrivePieceByPieceAndAreReassembled) {
  start();
  RawClient one = client();
  one.send(make_request("POST", "x.test", "/", "Transfer-Encoding: chunked\r\n"));
  const std::string bytes = "5\r\nhello\r\n6;ext=1\r\n world\r\n0\r\n\r\n";
  for (const char c : bytes) one.send(std::string_view(&c, 1));
  EXPECT_EQ(one.receive().status, 200);
  const HttpRequest seen = pod.requests().at(0);
  EXPECT_EQ(seen.body, "hello world");
  EXPECT_TRUE(seen.complete);
  EXPECT_EQ(seen.count("Content-Length") + seen.count("Transfer-Encoding"), 1u);
}

TEST_F(RequestBodies, AHeadThatArrivesByteByByteIsUnderstood) {
  start();
  RawClient one = client();
  const std::string bytes = make_request("GET", "x.test", "/bytewise", "X-A: 1\r\n");
  for (const char c : bytes) one.send(std::string_view(&c, 1));
  EXPECT_THAT(one.receive().body, HasSubstr("target=/bytewise\n"));
}

TEST_F(RequestBodies, TrailersDoNotBecomeFields) {
  start();
  EXPECT_EQ(ask(make_request("POST", "x.test", "/", "Transfer-Encoding: chunked\r\nTrailer: X-Sum\r\n",
                             "5\r\nhello\r\n0\r\nX-Sum: 1\r\nX-Role: admin\r\n\r\n"))
                .status,
            200);
  const HttpRequest seen = pod.requests().at(0);
  EXPECT_EQ(seen.body, "hello");
  EXPECT_FALSE(seen.has("X-Sum"));
  EXPECT_FALSE(seen.has("X-Role"));
  EXPECT_FALSE(seen.has("Trailer")) << "none follow";
  EXPECT_TRUE(seen.trailers.empty());
}

TEST_F(RequestBodies, TrailersAboutFramingChangeNoFraming) {
  start();
  RawClient one = client();
  for (const char* const trailer : {"Content-Length: 3", "Transfer-Encoding: chunked", "Host: evil.test",
                                    "Connection: close", "X-Forwarded-For: 10.0.0.1", "Upgrade: websocket"}) {
    pod.forget_requests();
    one.send(make_request("POST", "x.test", "/first", "Transfer-Encoding: chunked\r\n",
                          "5\r\nhello\r\n0\r\n" + std::string(trailer) + "\r\n\r\n") +
             make_request("GET", "x.test", "/second"));
    EXPECT_EQ(one.receive("POST").status, 200) << trailer;
    EXPECT_EQ(one.receive().status, 200) << trailer;
    const std::vector<HttpRequest> seen = pod.requests();
    ASSERT_EQ(seen.size(), 2u) << trailer;
    EXPECT_EQ(seen[0].body, "hello") << trailer;
    EXPECT_EQ(seen[0].field("Host"), "x.test") << trailer;
    EXPECT_EQ(seen[0].field("X-Forwarded-For"), "127.0.0.1") << trailer;
    EXPECT_TRUE(seen[0].trailers.empty()) << trailer;
    EXPECT_EQ(seen[1].target, "/second") << trailer;
  }
}

TEST_F(RequestBodies, ExpectContinueIsAnsweredByTheProxy) {
  start();
  RawClient one = client();
  one.send(make_request("POST", "x.test", "/", "Expect: 100-continue\r\nContent-Length: 5\r\n"));
  EXPECT_EQ(one.read_exactly(25), "HTTP/1.1 100 Continue\r\n\r\n");
  one.send("hello");
  const HttpResponse response = one.receive();
  EXPECT_EQ(response.status, 200);
  EXPECT_THAT(response.interim, testing::IsEmpty()) << "one 100 only";
  EXPECT_EQ(pod.requests().at(0).body, "hello");
  EXPECT_FALSE(pod.requests().at(0).has("Expect"));
}

TEST_F(RequestBodies, ExpectContinueWithTheBodyAlreadySentIsServed) {
  start();
  const HttpResponse response =
      ask(make_request("POST", "x.test", "/", "Expect: 100-continue\r\nContent-Length: 5\r\n", "hello"));
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(pod.requests().at(0).body, "hello");
}

TEST_F(RequestBodies, ARefusedExpectationGetsItsAnswerWithoutA100) {
  start();
  RawClient one = client();
  one.send(make_request("POST", "nobody.test", "/", "Expect: 100-continue\r\nContent-Length: 5\r\n"));
  const HttpResponse response = one.receive();
  EXPECT_EQ(response.status, 404);
  EXPECT_THAT(response.interim, testing::IsEmpty());
}

TEST_F(RequestBodies, PipelinedRequestsAreAnsweredInOrder) {
  start();
  RawClient one = client();
  std::string all;
  for (int i = 0; i < 20; ++i) {
    all += i % 3 == 0
               ? make_request("POST", "x.test", "/" + std::to_string(i), "Content-Length: 3\r\n", "abc")
               : make_request("GET", i % 3 == 1 ? "x.test" : "nobody.test", "/" + std::to_string(i));
  }
  one.send(all);
  for (int i = 0; i < 20; ++i) {
    const HttpResponse response = one.receive();
    ASSERT_EQ(response.status, i % 3 == 2 ? 404 : 200) << i << " " << response.problem;
    const std::string expected = i % 3 == 2 ? "404 Not Found" : "target=/" + std::to_string(i) + "\n";
    EXPECT_THAT(response.body, HasSubstr(expected));
  }
}

TEST_F(RequestBodies, AClientThatHasClosedItsSideStillGetsItsAnswer) {
  pod.set_handler(echo_after(gate));
  start();
  RawClient one = client();
  one.send(make_request("GET", "x.test", "/half"));
  one.half_close();
  ASSERT_TRUE(pod.wait_for_requests(1));
  gate.open();
  const HttpResponse response = one.receive();
  EXPECT_EQ(response.status, 200) << response.problem;
  EXPECT_TRUE(one.closed_by_peer());
}

TEST_F(RequestBodies, ABodyCutByTheClientNeverLooksWholeToThePod) {
  start();
  for (const char* framing : {"Content-Length: 10\r\n", "Transfer-Encoding: chunked\r\n"}) {
    pod.forget_requests();
    {
      RawClient one = client();
      one.send(
          make_request("POST", "x.test", "/", framing,
                       framing[0] == 'C' ? std::string_view("hello") : std::string_view("5\r\nhello\r\n")));
      one.half_close();
      one.receive("POST");
    }
    // Either nothing has reached the pod, or it has seen a request that ends too early.
    EXPECT_TRUE(eventually([&] { return pod.open_connections() == 0 || pod.request_count() == 0; }));
    for (const HttpRequest& seen : pod.requests()) EXPECT_FALSE(seen.complete) << framing;
  }
  expect_still_serving();
}

TEST_F(RequestBodies, AnEarlyAnswerReachesTheClientWhileItStillSends) {
  pod.set_handler([](BackendExchange& exchange) {
    exchange.respond(403, "go away", "Connection: close\r\n");
    exchange.half_close();
    exchange.closed_by_peer();  // a close with unread bytes would be a reset, and could overtake the answer
    exchange.close();
  });
  start_with_settings({{"proxy-body-size", "0"}});
  RawClient one = client();
  one.send(make_request("POST", "x.test", "/", "Content-Length: 100000000\r\n", pattern(0, 65536)));
  const HttpResponse response = one.receive();
  EXPECT_EQ(response.status, 403) << response.problem;
  EXPECT_EQ(response.body, "go away");
  expect_nothing_poisoned();
}

TEST_F(RequestBodies, AnEarlyAnswerOnAnOpenConnectionDoesNotPoisonTheNextRequest) {
  pod.set_handler([](BackendExchange& exchange) {
    if (exchange.request().method == "POST") {
      exchange.respond(200, "early");  // before the body, and the connection stays
      exchange.read_body();
    } else {
      exchange.respond_with_echo();
    }
  });
  start();
  {
    RawClient one = client();
    one.send(make_request("POST", "x.test", "/early", "Content-Length: 1000\r\n", "part"));
    const HttpResponse response = one.receive();
    EXPECT_EQ(response.status, 200) << response.problem;
    EXPECT_EQ(response.body, "early");
  }
  expect_nothing_poisoned();
}

TEST_F(RequestBodies, ALargeUploadArrivesWhole) {
  constexpr std::size_t kSize = 16 << 20;
  pod.set_handler([](BackendExchange& exchange) {
    exchange.read_body();
    PatternChecker checker;
    const bool right = checker.add(exchange.request().body);
    exchange.respond(right ? 200 : 400, std::to_string(checker.position()));
  });
  start_with_settings({{"proxy-body-size", "0"}});
  RawClient one = client();
  one.send(make_request("POST", "x.test", "/", "Content-Length: " + std::to_string(kSize) + "\r\n"));
  one.send(pattern(0, kSize));
  const HttpResponse response = one.receive();
  EXPECT_EQ(response.status, 200) << response.problem;
  EXPECT_EQ(response.body, std::to_string(kSize));
}

TEST_F(RequestBodies, AnUploadThatThePodDoesNotReadIsHeldBackNotHoarded) {
  pod.set_handler([this](BackendExchange& exchange) {
    reached.open();
    gate.wait();
    exchange.read_body();
    exchange.respond(200, std::to_string(exchange.request().body.size()));
  });
  start_with_settings({{"proxy-body-size", "0"}});
  constexpr std::size_t kSize = 64 << 20;
  const std::size_t before = resident_kib(headgate->process().pid());
  RawClient one = client();
  one.send(make_request("POST", "x.test", "/", "Content-Length: " + std::to_string(kSize) + "\r\n"));
  ASSERT_TRUE(reached.wait());
  // Send until nobody takes more: kernel buffers and Headgate's own bound are full.
  const std::string piece = pattern(0, 1 << 20);
  std::size_t sent = 0;
  const auto stuck = [&] {
    pollfd writable{one.fd(), POLLOUT, 0};
    while (sent < kSize && ::poll(&writable, 1, 300) == 1) {
      const ssize_t n =
          one.send_some(std::string_view(piece).substr(0, std::min(piece.size(), kSize - sent)));
      if (n < 0) return false;
      sent += static_cast<std::size_t>(n);
    }
    return true;
  };
  ASSERT_TRUE(stuck());
  EXPECT_LT(sent, kSize) << "the whole upload was taken with nobody reading it";
  EXPECT_LT(resident_kib(headgate->process().pid()), before + 8 * 1024 + sanitizer_kib());
  gate.open();
  while (sent < kSize) {
    const std::size_t n = std::min(piece.size(), kSize - sent);
    ASSERT_TRUE(one.send(std::string_view(piece).substr(0, n)));
    sent += n;
  }
  EXPECT_EQ(one.receive().body, std::to_string(kSize));
}

TEST_F(ResponseBodies, ChunksArePassedOnAsChunks) {
  answer_with(
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;x=1\r\nhello\r\n6\r\n world\r\n0\r\n\r\n");
  RawClient one = client();
  for (int i = 0; i < 3; ++i) {
    const HttpResponse response = one.exchange(make_request("GET", "x.test", "/"));
    EXPECT_EQ(response.body, "hello world");
    EXPECT_TRUE(response.complete) << response.problem;
    EXPECT_TRUE(response.lists("Transfer-Encoding", "chunked"));
    EXPECT_FALSE(response.has("Content-Length"));
  }
  EXPECT_EQ(pod.connection_count(), 1u);
}

TEST_F(ResponseBodies, TrailersDoNotBreakTheBodyNorBecomeFields) {
  answer_with(
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n5\r\nhello\r\n0\r\nX-Sum: "
      "1\r\n\r\n");
  RawClient one = client();
  for (int i = 0; i < 2; ++i) {
    const HttpResponse response = one.exchange(make_request("GET", "x.test", "/", "TE: trailers\r\n"));
    EXPECT_EQ(response.body, "hello");
    EXPECT_TRUE(response.complete) << response.problem;
    EXPECT_FALSE(response.has("X-Sum"));
  }
}

TEST_F(ResponseBodies, PiecesArePassedOnAsTheyCome) {
  pod.set_handler([this](BackendExchange& exchange) {
    exchange.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfirst");
    gate.wait();
    exchange.send("later");
  });
  start();
  RawClient one = client();
  one.send(make_request("GET", "x.test", "/"));
  while (one.reader().buffer().find("first") == std::string::npos) {
    ASSERT_EQ(one.reader().fill(Deadline(kPatience)), ReadEnd::data) << "the first piece is held back";
  }
  gate.open();
  EXPECT_EQ(one.receive().body, "firstlater");
}

TEST_F(ResponseBodies, HeadKeepsTheLengthWithoutABody) {
  answer_with("HTTP/1.1 200 OK\r\nContent-Length: 12345\r\n\r\n");
  RawClient one = client();
  for (int i = 0; i < 2; ++i) {
    const HttpResponse response = one.exchange(make_request("HEAD", "x.test", "/"), "HEAD");
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.field("Content-Length"), "12345");
  }
  EXPECT_EQ(pod.connection_count(), 1u);
}

TEST_F(ResponseBodies, StatusesWithoutABodyDoNotWaitForOne) {
  answer_with("HTTP/1.1 204 No Content\r\nX-N: 1\r\n\r\n");
  RawClient one = client();
  EXPECT_EQ(one.exchange(make_request("GET", "x.test", "/")).status, 204);
  answer_with("HTTP/1.1 304 Not Modified\r\nETag: \"a\"\r\nContent-Length: 99\r\n\r\n");
  const HttpResponse response = one.exchange(make_request("GET", "x.test", "/"));
  EXPECT_EQ(response.status, 304);
  EXPECT_EQ(response.field("ETag"), "\"a\"");
  answer_with("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(one.exchange(make_request("GET", "x.test", "/")).status, 200);
}

TEST_F(ResponseBodies, InterimResponsesArePassedOn) {
  answer_with(
      "HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </b.css>\r\n\r\n"
      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  RawClient one = client();
  const HttpResponse response = one.exchange(make_request("GET", "x.test", "/"));
  EXPECT_THAT(response.interim, ElementsAre(103, 103));
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "ok");
}

TEST_F(ResponseBodies, AnHttp10ClientGetsNoInterimAndNoChunks) {
  answer_with(
      "HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: "
      "chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n");
  RawClient one = client();
  const HttpResponse response = one.exchange("GET / HTTP/1.0\r\nHost: x.test\r\n\r\n");
  EXPECT_EQ(response.status, 200);
  EXPECT_THAT(response.interim, testing::IsEmpty());
  EXPECT_FALSE(response.has("Transfer-Encoding"));
  EXPECT_EQ(response.body, "hello");
  EXPECT_TRUE(response.complete) << response.problem;
}

TEST_F(ResponseBodies, AnHttp10ClientMayKeepItsConnection) {
  answer_with("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  RawClient one = client();
  for (int i = 0; i < 2; ++i) {
    const HttpResponse response =
        one.exchange("GET / HTTP/1.0\r\nHost: x.test\r\nConnection: keep-alive\r\n\r\n");
    EXPECT_EQ(response.body, "ok");
    EXPECT_TRUE(response.lists("Connection", "keep-alive"));
  }
  RawClient other = client();
  EXPECT_EQ(other.exchange("GET / HTTP/1.0\r\nHost: x.test\r\n\r\n").body, "ok");
  EXPECT_TRUE(other.closed_by_peer());
}

TEST_F(ResponseBodies, AnHttp10PodIsUnderstood) {
  answer_with("HTTP/1.0 200 OK\r\nX-Old: 1\r\n\r\nuntil the end", true);
  const HttpResponse response = headgate->get("x.test", "/");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "until the end");
  EXPECT_EQ(response.version, "HTTP/1.1") << "the version is the proxy's own";
}

TEST_F(ResponseBodies, ABodyUntilCloseBecomesOneThatEndsVisibly) {
  answer_with("HTTP/1.1 200 OK\r\n\r\nhello", true);
  RawClient one = client();
  const HttpResponse response = one.exchange(make_request("GET", "x.test", "/"));
  EXPECT_EQ(response.body, "hello");
  EXPECT_TRUE(response.complete) << response.problem;
}

TEST_F(ResponseBodies, ACutLengthIsVisible) {
  answer_with("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello", true);
  const HttpResponse response = headgate->get("x.test", "/");
  EXPECT_EQ(response.status, 200);
  EXPECT_FALSE(response.complete);
}

TEST_F(ResponseBodies, ACutChunkedBodyIsVisible) {
  answer_with("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", true);
  const HttpResponse response = headgate->get("x.test", "/");
  EXPECT_EQ(response.status, 200);
  EXPECT_FALSE(response.complete);
  EXPECT_EQ(response.body, "hello");
}

TEST_F(ResponseBodies, ALargeBodyArrivesWhole) {
  constexpr std::size_t kSize = 32 << 20;
  pod.set_handler(big_body(kSize));
  start();
  const HttpResponse response = headgate->get("x.test", "/");
  PatternChecker checker;
  EXPECT_TRUE(response.complete) << response.problem;
  EXPECT_TRUE(checker.add(response.body));
  EXPECT_EQ(checker.position(), kSize);
}

TEST_F(ResponseBodies, ADownloadThatTheClientReadsSlowlyIsNotHoarded) {
  constexpr std::size_t kSize = 64 << 20;
  pod.set_handler(big_body(kSize));
  start();
  EXPECT_EQ(headgate->get("nobody.test", "/").status, 404);
  const std::size_t before = resident_kib(headgate->process().pid());
  ClientOptions small;
  small.receive_buffer = 64 * 1024;
  RawClient one(headgate->http_port(), small);
  one.send(make_request("GET", "x.test", "/"));
  HttpMessage head;
  ASSERT_TRUE(one.reader().read_head(head, Deadline(kPatience)));
  PatternChecker checker;
  std::size_t most = 0;
  while (checker.position() < kSize) {
    const std::string piece = one.read_exactly(std::min<std::size_t>(1 << 20, kSize - checker.position()));
    ASSERT_FALSE(piece.empty()) << "cut at " << checker.position();
    ASSERT_TRUE(checker.add(piece)) << "wrong byte before " << checker.position();
    most = std::max(most, resident_kib(headgate->process().pid()));
  }
  EXPECT_LT(most, before + 8 * 1024 + sanitizer_kib()) << "KiB resident while 64 MiB went through";
}

TEST_F(ResponseBodies, AClientThatLeavesEndsTheUpstreamTransfer) {
  pod.set_handler([this](BackendExchange& exchange) {
    exchange.send("HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n");
    const std::string piece = pattern(0, 65536);
    while (exchange.send(piece)) {
    }
    gate.open();
  });
  start();
  RawClient one = client();
  one.send(make_request("GET", "x.test", "/"));
  EXPECT_EQ(one.read_exactly(100000).size(), 100000u);
  one.reset();
  EXPECT_TRUE(gate.wait()) << "the pod still sends to nobody";
  pod.set_handler({});
  expect_still_serving();
}

}  // namespace
}  // namespace headgate::test_support
