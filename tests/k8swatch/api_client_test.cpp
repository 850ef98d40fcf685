// What the client sends, what it gives back, and how it uses its connections.
#include "k8swatch/api_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "k8swatch/api_answer.h"
#include "k8swatch/api_client_fixture.h"

namespace headgate::k8swatch {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

// Answers each request with itself.
void echo(ApiPeerConnection& connection) {
  for (std::string request; !(request = connection.read_request()).empty();) connection.answer(200, request);
}

TEST_F(ApiClientTest, SendsTheRequestAsItWasGiven) {
  serve(echo);
  ApiRequest request = get("/api/v1/secrets?fieldSelector=type%3Dkubernetes.io%2Ftls&continue=a%2Bb%3D%3D");
  const ApiResponse got = response_of(ask(request));
  EXPECT_EQ(got.head.status, 200);
  EXPECT_THAT(got.body, AllOf(StartsWith("GET /api/v1/secrets?fieldSelector=type%3Dkubernetes.io%2Ftls&"
                                         "continue=a%2Bb%3D%3D HTTP/1.1\r\n"),
                              HasSubstr("\r\nAuthorization:Bearer secret\r\n"),
                              HasSubstr("\r\nAccept:application/json\r\n"),
                              HasSubstr("\r\nUser-Agent:headgate/1.2.3 (linux/amd64)\r\n"),
                              HasSubstr("\r\nHost: 127.0.0.1:" + std::to_string(peer_->port()) + "\r\n"),
                              Not(HasSubstr("Accept-Encoding")), Not(HasSubstr("cpprest"))));
}

TEST_F(ApiClientTest, SendsABodyWithItsTypeVerbatim) {
  serve(echo);
  ApiRequest request = get("/apis/networking.k8s.io/v1/namespaces/a/ingresses/b/status");
  request.method = "PATCH";
  request.content_type = "application/merge-patch+json";
  request.body = "{\"status\":{}}";
  const ApiResponse got = response_of(ask(request));
  EXPECT_THAT(got.body, AllOf(StartsWith("PATCH /apis/networking.k8s.io/v1/namespaces/a/ingresses/b/status "),
                              HasSubstr("\r\nContent-Type:application/merge-patch+json\r\n"),
                              testing::EndsWith("\r\n\r\n{\"status\":{}}")));
}

TEST_F(ApiClientTest, GoesBelowThePathOfTheServer) {
  serve(echo);
  ApiAccess access = *access_.answer;
  access.server += "/k8s/clusters/c-1";
  access_.answer = access;
  EXPECT_THAT(response_of(ask(get("/version?a=b"))).body, StartsWith("GET /k8s/clusters/c-1/version?a=b "));
}

TEST_F(ApiClientTest, TellsOfRetryAfterAndWarnings) {
  serve([](ApiPeerConnection& connection) {
    connection.read_request();
    connection.answer(429, "slow down",
                      "Retry-After: 7\r\nWarning: 299 - \"one, two\"\r\nWarning: 299 - \"three\"\r\n");
  });
  const ApiResponse got = response_of(ask(get("/")));
  EXPECT_EQ(got.head.status, 429);
  EXPECT_EQ(got.body, "slow down");
  EXPECT_EQ(got.head.retry_after, std::chrono::seconds(7));
  EXPECT_THAT(got.head.warnings, ElementsAre("299 - \"one, two\"", "299 - \"three\""));
}

TEST_F(ApiClientTest, DoesNotFollowARedirect) {
  serve([&](ApiPeerConnection& connection) {
    while (!connection.read_request().empty()) {
      ++count_;
      connection.answer(302, "", "Location: " + peer_->url() + "/elsewhere\r\n");
    }
  });
  EXPECT_EQ(response_of(ask(get("/"))).head.status, 302);
  EXPECT_EQ(count_, 1U);
}

TEST_F(ApiClientTest, TellsTheSourceOfARefusedCredential) {
  serve([](ApiPeerConnection& connection) {
    while (!connection.read_request().empty()) connection.answer(401, "");
  });
  const ApiOutcome refused = ask(get("/"));
  EXPECT_EQ(response_of(refused).head.status, 401);
  EXPECT_EQ(describe_failure(refused), "401 (" + peer_->url() + ")");
  EXPECT_THAT(access_.refusals, ElementsAre("Bearer secret"));
}

TEST_F(ApiClientTest, UsesOneConnectionForALane) {
  serve([](ApiPeerConnection& connection) {
    connection.read_request();
    connection.answer(200, "list");
    connection.read_request();
    connection.begin_chunks();
    connection.send_chunk("event");
    connection.end_chunks();
    connection.wait_for_end();
  });
  EXPECT_EQ(response_of(ask(get("/list"))).body, "list");
  StreamLog log;
  ApiRequest watch = get("/watch");
  watch.idle_timeout = std::chrono::minutes(11);
  const auto call = client().stream(watch, log);
  ASSERT_TRUE(queue_.run_until([&] { return log.ends == 1; }));
  EXPECT_EQ(log.bytes, "event");
  EXPECT_EQ(peer_->connection_count(), 1U);
}

TEST_F(ApiClientTest, ConnectsAnewWhenAsked) {
  serve(echo);
  ask(get("/"));
  ApiRequest again = get("/");
  again.fresh_connection = true;
  EXPECT_EQ(response_of(ask(again)).head.status, 200);
  EXPECT_EQ(peer_->connection_count(), 2U);
}

TEST_F(ApiClientTest, SurvivesTheCloseOfAKeptConnection) {
  serve([](ApiPeerConnection& connection) {
    connection.read_request();
    connection.answer(200, "one answer a connection");
    connection.close_notify();
  });
  for (int i = 0; i < 5; ++i) EXPECT_EQ(response_of(ask(get("/"))).body, "one answer a connection") << i;
}

TEST_F(ApiClientTest, WatchesOverDeadPeersFromTheFirstRequestOn) {
  // The options are the client's end's, which is in this process: found by its peer's port.
  serve([&](ApiPeerConnection& connection) {
    connection.read_request();
    connection.begin_chunks();
    connection.send_chunk("x");
    gate_.wait();
  });
  StreamLog log;
  const auto call = client().stream(get("/"), log);
  ASSERT_TRUE(queue_.run_until([&] { return !log.bytes.empty(); }));
  int found = 0;
  for (int fd = 0; fd < 1024; ++fd) {
    sockaddr_in peer{};
    socklen_t size = sizeof peer;
    if (::getpeername(fd, reinterpret_cast<sockaddr*>(&peer), &size) != 0 || peer.sin_family != AF_INET ||
        ntohs(peer.sin_port) != peer_->port())
      continue;
    int on = 0;
    int idle = 0;
    socklen_t length = sizeof on;
    ::getsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, &length);
    ::getsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle, &length);
    EXPECT_EQ(on, 1);
    EXPECT_EQ(idle, 20);
    ++found;
  }
  EXPECT_EQ(found, 1);
  gate_.open();
}

TEST_F(ApiClientTest, StreamsAsTheBytesCome) {
  serve([&](ApiPeerConnection& connection) {
    connection.read_request();
    connection.begin_chunks();
    connection.send_chunk("{\"type\":\"ADDED\"}\n");
    gate_.wait();
    connection.send_chunk("{\"type\":\"DELETED\"}\n");
    connection.end_chunks();
    connection.wait_for_end();
  });
  StreamLog log;
  const auto call = client().stream(get("/watch"), log);
  ASSERT_TRUE(queue_.run_until([&] { return !log.bytes.empty(); }));
  ASSERT_TRUE(log.head);
  EXPECT_EQ(log.head->status, 200);
  EXPECT_EQ(log.bytes, "{\"type\":\"ADDED\"}\n");
  gate_.open();
  ASSERT_TRUE(queue_.run_until([&] { return log.ends == 1; }));
  EXPECT_EQ(log.bytes, "{\"type\":\"ADDED\"}\n{\"type\":\"DELETED\"}\n");
  EXPECT_FALSE(log.error);
}

TEST_F(ApiClientTest, TellsOfAHeadWithoutABody) {
  serve([&](ApiPeerConnection& connection) {
    connection.read_request();
    connection.begin_chunks();
    gate_.wait();
  });
  StreamLog log;
  const auto call = client().stream(get("/watch"), log);
  EXPECT_TRUE(queue_.run_until([&] { return log.head.has_value(); }));
  EXPECT_EQ(log.ends, 0);
  gate_.open();
}

TEST_F(ApiClientTest, KeepsTheServerBackWhileNobodyReads) {
  constexpr std::size_t kChunk = 64 * 1024;
  constexpr std::size_t kChunks = 320;  // 20 MiB
  options_.bytes_ahead = 256 * 1024;
  serve([&](ApiPeerConnection& connection) {
    const int small = 256 * 1024;
    ::setsockopt(connection.fd(), SOL_SOCKET, SO_SNDBUF, &small, sizeof small);
    connection.read_request();
    connection.begin_chunks();
    const std::string chunk(kChunk, 'x');
    for (std::size_t i = 0; i < kChunks && connection.send_chunk(chunk); ++i) count_ += kChunk;
    connection.end_chunks();
    connection.wait_for_end();
  });
  StreamLog log;
  const auto call = client().stream(get("/list"), log);
  // The control thread is busy elsewhere until the server stands still.
  std::size_t before = 0;
  ASSERT_TRUE(test_support::eventually([&] {
    const std::size_t now = count_;
    const bool still = now != 0 && now == before;
    before = now;
    if (!still) ::poll(nullptr, 0, 100);
    return still;
  }));
  EXPECT_LT(count_, kChunk * kChunks / 2) << "the rest is in the kernel's buffers and the client's";
  ASSERT_TRUE(queue_.run_until([&] { return log.ends == 1; }));
  EXPECT_FALSE(log.error) << log.error->message;
  EXPECT_EQ(log.bytes.size(), kChunk * kChunks);
  EXPECT_LE(log.largest, options_.bytes_ahead + kChunk);
}

TEST_F(ApiClientTest, ReadsAnAnswerWithALengthLikewise) {
  const std::string body(std::size_t{10} << 20, 'y');
  options_.bytes_ahead = 128 * 1024;
  serve([body](ApiPeerConnection& connection) {
    connection.read_request();
    connection.answer(200, body);
    connection.wait_for_end();
  });
  EXPECT_EQ(response_of(ask(get("/"))).body, body);
}

TEST_F(ApiClientTest, RefusesAnAnswerBeyondTheBound) {
  options_.most_unary_bytes = 1000;
  serve([](ApiPeerConnection& connection) {
    while (!connection.read_request().empty()) {
      connection.begin_chunks();
      while (connection.send_chunk(std::string(600, 'z'))) {
      }
    }
  });
  EXPECT_EQ(error_of(ask(get("/"))).failure, ApiFailure::too_large);
}

TEST_F(ApiClientTest, SpeaksPlainHttpWhereThereIsNoTrust) {
  peer_ = std::make_unique<ApiPeer>(echo);
  ApiAccess access;
  access.server = peer_->url();
  access_.answer = access;
  EXPECT_THAT(response_of(ask(get("/api"))).body,
              AllOf(StartsWith("GET /api "), Not(HasSubstr("Authorization"))));
}

TEST_F(ApiClientTest, ReportsWhatTheSourceLacks) {
  access_.answer = fail("token /t: No such file or directory");
  const ApiError error = error_of(ask(get("/")));
  EXPECT_EQ(error.failure, ApiFailure::config);
  EXPECT_EQ(error.message, "token /t: No such file or directory");
}

TEST_F(ApiClientTest, ReportsATargetThatIsNone) {
  serve(echo);
  EXPECT_EQ(error_of(ask(get("/with blank\r\nX: y"))).failure, ApiFailure::config);
}

}  // namespace
}  // namespace headgate::k8swatch
