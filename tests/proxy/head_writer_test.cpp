#include "proxy/head_writer.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "http/h1_parser.h"

namespace headgate::proxy {
namespace {

// Parses and judges `raw`, then writes it for an upstream.
std::string rewritten_request(const std::string& raw, const std::string& upgrade = {}) {
  static http::RequestHead head;
  http::RequestFacts facts;
  EXPECT_EQ(http::parse_request_head(raw, {}, head).status, http::ParseStatus::complete);
  EXPECT_EQ(http::analyse_request(head, facts).status, http::ParseStatus::complete);
  std::vector<char> scratch(2 * raw.size() + 2);
  http::Target target;
  EXPECT_EQ(http::parse_target(head.method, head.target, scratch.data(), target).status,
            http::ParseStatus::complete);
  ForwardingFields forwarding;
  forwarding.host = forwarding.upstream_host = facts.host;
  forwarding.remote_ip = "192.0.2.7";
  forwarding.port = "80";
  forwarding.scheme = "http";
  forwarding.request_id = "0123";
  if (facts.x_forwarded_for != nullptr) forwarding.original_for = facts.x_forwarded_for->value;
  ByteBuffer out;
  write_request_head(head, target, forwarding, facts.body, facts.content_length, upgrade, out);
  return std::string(out.view());
}

constexpr const char* kOurs =
    "Host: a.test:81\r\nX-Request-ID: 0123\r\nX-Real-IP: 192.0.2.7\r\nX-Forwarded-For: 192.0.2.7\r\n"
    "X-Forwarded-Host: a.test:81\r\nX-Forwarded-Port: 80\r\nX-Forwarded-Proto: http\r\n"
    "X-Forwarded-Scheme: http\r\nX-Scheme: http\r\n";

TEST(HeadWriter, RequestKeepsOrderAndBytesOfEndToEndFields) {
  EXPECT_EQ(rewritten_request("GET /a?b=c HTTP/1.1\r\nHost: a.test:81\r\nB: 1\r\nA: 2\r\n\r\n"),
            std::string("GET /a?b=c HTTP/1.1\r\n") + kOurs + "B: 1\r\nA: 2\r\n\r\n");
}

TEST(HeadWriter, RequestLeavesOutHopByHopFieldsInTheMiddleOfARun) {
  EXPECT_EQ(rewritten_request(
                "GET / HTTP/1.1\r\nHost: a.test:81\r\nA: 1\r\nConnection: x-hop\r\nB: 2\r\nX-Hop: 3\r\n"
                "C: 4\r\n\r\n"),
            std::string("GET / HTTP/1.1\r\n") + kOurs + "A: 1\r\nB: 2\r\nC: 4\r\n\r\n");
}

TEST(HeadWriter, RequestRewritesAFieldThatIsNotCanonical) {
  EXPECT_EQ(rewritten_request("GET / HTTP/1.1\r\nHost: a.test:81\r\nA: 1\r\nB:2  \r\nC: 3\r\n\r\n"),
            std::string("GET / HTTP/1.1\r\n") + kOurs + "A: 1\r\nB: 2\r\nC: 3\r\n\r\n");
}

TEST(HeadWriter, RequestKeepsTheClientsOwnForwardedForUnderAnotherName) {
  const std::string out =
      rewritten_request("GET / HTTP/1.1\r\nHost: a.test:81\r\nX-Forwarded-For: 6.6.6.6\r\n\r\n");
  EXPECT_NE(out.find("X-Original-Forwarded-For: 6.6.6.6\r\n"), std::string::npos);
  EXPECT_NE(out.find("\r\nX-Forwarded-For: 192.0.2.7\r\n"), std::string::npos);
  EXPECT_EQ(out.find("\r\nX-Forwarded-For: 6.6.6.6"), std::string::npos);
}

TEST(HeadWriter, RequestSaysItsLengthOnce) {
  const std::string out =
      rewritten_request("POST / HTTP/1.1\r\nHost: a.test:81\r\nContent-Length: 5\r\n\r\n");
  EXPECT_NE(out.find("\r\nContent-Length: 5\r\n"), std::string::npos);
  EXPECT_EQ(out.find("Content-Length"), out.rfind("Content-Length"));
}

TEST(HeadWriter, RequestAsksForTheUpgradeAnew) {
  const std::string out = rewritten_request(
      "GET / HTTP/1.1\r\nHost: a.test:81\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n", "websocket");
  EXPECT_NE(out.find("\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n"), std::string::npos);
}

TEST(HeadWriter, ResponseIsWrittenWithItsFraming) {
  static http::ResponseHead head;
  http::ResponseFacts facts;
  const std::string raw =
      "HTTP/1.0 200 Fine\r\nServer: x\r\nA: 1\r\nContent-Length: 3\r\nConnection: "
      "keep-alive\r\nX-Powered-By: y\r\n\r\n";
  ASSERT_EQ(http::parse_response_head(raw, {}, head).status, http::ParseStatus::complete);
  ASSERT_EQ(http::analyse_response(head, {http::Method::get, {}}, facts).status, http::ParseStatus::complete);
  ResponseFraming framing;
  framing.body = facts.body;
  framing.has_content_length = facts.has_content_length;
  framing.content_length = facts.content_length;
  framing.close = true;
  framing.date = "Sun, 06 Nov 1994 08:49:37 GMT";
  char out[1024];
  EXPECT_EQ(std::string(out, write_response_head(head, framing, out)),
            "HTTP/1.1 200 Fine\r\nA: 1\r\nX-Powered-By: y\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
            "Content-Length: 3\r\nConnection: close\r\n\r\n");
}

TEST(HeadWriter, ChunkSizeLineEndsWhereThePayloadBegins) {
  char buffer[32];
  for (const std::size_t size : {std::size_t{1}, std::size_t{15}, std::size_t{16}, std::size_t{262144}}) {
    char* const begin = write_chunk_size_before(buffer + sizeof buffer, size);
    char expected[32];
    std::snprintf(expected, sizeof expected, "%zx\r\n", size);
    EXPECT_EQ(std::string(begin, buffer + sizeof buffer), expected);
  }
}

}  // namespace
}  // namespace headgate::proxy
