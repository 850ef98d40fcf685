#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/framing.h"
#include "http/parse_support.h"

namespace headgate::http {
namespace {

using test::relayed;
using testing::ElementsAre;

// A request with a Host and the given fields, analysed.
class Analysed {
 public:
  explicit Analysed(std::string_view fields, std::string_view line = "POST / HTTP/1.1",
                    std::string_view host = "Host: h\r\n")
      : head_(test::request(std::string(line) + "\r\n" + std::string(host) + std::string(fields) + "\r\n")) {
    EXPECT_TRUE(head_.complete()) << fields;
    result_ = analyse_request(*head_, facts_);
  }
  [[nodiscard]] int refusal() const {
    return result_.status == ParseStatus::refused ? result_.refusal.status : 0;
  }
  [[nodiscard]] RejectReason reason() const { return result_.refusal.reason; }
  const RequestFacts* operator->() const { return &facts_; }
  std::vector<std::string> relayed() { return test::relayed(head_->fields); }

 private:
  test::ParsedHead<RequestHead> head_;
  RequestFacts facts_;
  ParseResult result_;
};

constexpr std::string_view kGet = "GET / HTTP/1.1";

TEST(RequestFraming, FindsNoBodyWithoutLength) {
  const Analysed request("");
  EXPECT_EQ(request.refusal(), 0);
  EXPECT_EQ(request->body, BodyKind::none);
  EXPECT_TRUE(request->keep_alive);
  EXPECT_EQ(request->host, "h");
}

TEST(RequestFraming, ReadsTheLength) {
  const Analysed request("Content-Length: 0042\r\n");
  EXPECT_EQ(request->body, BodyKind::length);
  EXPECT_EQ(request->content_length, 42U);
  EXPECT_EQ(Analysed("Content-Length: 0\r\n")->body, BodyKind::length);
  EXPECT_EQ(Analysed("Content-Length: 1152921504606846975\r\n")->content_length,
            (std::uint64_t{1} << 60) - 1);
}

TEST(RequestFraming, RefusesEveryDoubtfulLength) {
  for (const char* value : {"", "+1", "-1", "1 ", "0x1", "1,1", "1 1", "1;", "1.0", "1_0", "a", "1a",
                            "1152921504606846976", "18446744073709551615", "18446744073709551616",
                            "18446744073709551617", "99999999999999999999999999"}) {
    if (std::string_view(value) == "1 ") continue;  // surrounding white space is not part of the value
    const Analysed request("Content-Length: " + std::string(value) + "\r\n");
    EXPECT_EQ(request.refusal(), 400) << value;
    EXPECT_EQ(request.reason(), RejectReason::bad_length) << value;
  }
  EXPECT_EQ(Analysed("Content-Length: 5\r\nContent-Length: 5\r\n").refusal(), 400);
  EXPECT_EQ(Analysed("Content-Length: 5\r\nContent-Length: 5\r\nContent-Length: 5\r\n").refusal(), 400);
}

TEST(RequestFraming, TakesExactlyOneChunked) {
  EXPECT_EQ(Analysed("Transfer-Encoding: CHUNKED\r\n")->body, BodyKind::chunked);
  for (const char* value : {"gzip", "identity", "xchunked", "chunk"})
    EXPECT_EQ(Analysed("Transfer-Encoding: " + std::string(value) + "\r\n").refusal(), 501) << value;
  for (const char* value : {"", ",chunked", "chunked,", "gzip, chunked", "chunked, chunked", "chunked;q=1",
                            "\"chunked\"", "chu nked"})
    EXPECT_EQ(Analysed("Transfer-Encoding: " + std::string(value) + "\r\n").refusal(), 400) << value;
  EXPECT_EQ(Analysed("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n").refusal(), 400);
  EXPECT_EQ(Analysed("Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n").refusal(), 400);
}

TEST(RequestFraming, RefusesLengthBesideChunked) {
  const Analysed request("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n");
  EXPECT_EQ(request.refusal(), 400);
  EXPECT_EQ(request.reason(), RejectReason::length_and_chunked);
  EXPECT_EQ(Analysed("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n").refusal(), 400);
}

TEST(RequestFraming, RefusesChunkedOnHttp10) {
  EXPECT_EQ(Analysed("Transfer-Encoding: chunked\r\n", "POST / HTTP/1.0").refusal(), 400);
}

TEST(RequestFraming, WantsOneGoodHost) {
  EXPECT_EQ(Analysed("", kGet, "").refusal(), 400);
  EXPECT_EQ(Analysed("Host: h\r\n").refusal(), 400);
  EXPECT_EQ(Analysed("Host: h\r\nHost: h\r\n").refusal(), 400);
  EXPECT_EQ(Analysed("", kGet, "Host: a b\r\n").reason(), RejectReason::bad_host);
  EXPECT_EQ(Analysed("", kGet, "Host:\r\n").refusal(), 400);
  const Analysed old("", "GET / HTTP/1.0", "");
  EXPECT_EQ(old.refusal(), 0);
  EXPECT_EQ(old->host, "");
  EXPECT_EQ(Analysed("", "GET / HTTP/1.0", "Host:\r\n").refusal(), 400);
}

TEST(RequestFraming, RefusesConnectAndTrace) {
  EXPECT_EQ(Analysed("", "CONNECT h:443 HTTP/1.1").refusal(), 405);
  EXPECT_EQ(Analysed("", "TRACE / HTTP/1.1").refusal(), 405);
  EXPECT_EQ(Analysed("", "connect / HTTP/1.1").refusal(), 0);
}

TEST(RequestFraming, KeepsTheConnectionAsAsked) {
  const char* const http10 = "GET / HTTP/1.0";
  EXPECT_FALSE(Analysed("Connection: close\r\n")->keep_alive);
  EXPECT_FALSE(Analysed("Connection: keep-alive, ClOsE\r\n")->keep_alive);
  EXPECT_FALSE(Analysed("Connection: close\r\nConnection: keep-alive\r\n")->keep_alive);
  EXPECT_TRUE(Analysed("Connection: closed\r\n")->keep_alive);
  EXPECT_FALSE(Analysed("", http10)->keep_alive);
  EXPECT_TRUE(Analysed("Connection: Keep-Alive\r\n", http10)->keep_alive);
  EXPECT_FALSE(Analysed("Connection: keep-alive, close\r\n", http10)->keep_alive);
  EXPECT_FALSE(Analysed("Proxy-Connection: keep-alive\r\n", http10)->keep_alive);
}

TEST(RequestFraming, KnowsOneExpectation) {
  EXPECT_TRUE(Analysed("Content-Length: 5\r\nExpect: 100-Continue\r\n")->expect_continue);
  EXPECT_FALSE(Analysed("Content-Length: 0\r\nExpect: 100-continue\r\n")->expect_continue);
  EXPECT_FALSE(Analysed("Content-Length: 5\r\nExpect: 100-continue\r\n", "POST / HTTP/1.0")->expect_continue);
  for (const char* value :
       {"", "banana", "y 100-continue", "100-continue, x", "100-continue\r\nExpect: 100-continue"})
    EXPECT_EQ(Analysed("Content-Length: 5\r\nExpect: " + std::string(value) + "\r\n").refusal(), 417)
        << value;
}

TEST(RequestFraming, PassesOnOneHarmlessUpgrade) {
  const std::string_view connection = "Connection: keep-alive, Upgrade\r\nUpgrade: ";
  const auto upgrade = [connection](std::string_view rest, std::string_view line = kGet) {
    const Analysed request(std::string(connection) + std::string(rest) + "\r\n", line);
    EXPECT_EQ(request.refusal(), 0) << rest;
    return std::string(request->upgrade);
  };
  EXPECT_EQ(upgrade("websocket"), "websocket");
  EXPECT_EQ(upgrade("SPDY/3.1"), "SPDY/3.1");
  for (const char* never :
       {"h2c", "H2C", "h2", "TLS/1.0", "HTTP/2.0", "http", "websocket, h2c", "a b", "", "/", "a/b/c", "/1",
        "websocket\r\nUpgrade: websocket", "websocket\r\nContent-Length: 1"})
    EXPECT_EQ(upgrade(never), "") << never;
  EXPECT_EQ(upgrade("websocket\r\nContent-Length: 0"), "websocket");
  EXPECT_EQ(upgrade("websocket", "GET / HTTP/1.0"), "");
  EXPECT_EQ(upgrade("websocket", "POST / HTTP/1.1"), "");
  EXPECT_EQ(Analysed("Upgrade: websocket\r\n", kGet)->upgrade, "");
}

TEST(RequestFraming, DropsWhatIsNotForTheBackend) {
  Analysed request(
      "Accept: */*\r\nConnection: keep-alive\r\nKeep-Alive: timeout=5\r\nProxy-Connection: x\r\nTE: "
      "trailers\r\n"
      "Trailer: X\r\nUpgrade: websocket\r\nHTTP2-Settings: x\r\nForwarded: for=1\r\nX-Forwarded-For: 1\r\n"
      "X-Forwarded-Host: 1\r\nX-Forwarded-Port: 1\r\nX-Forwarded-Proto: 1\r\nX-Forwarded-Scheme: 1\r\n"
      "X-Forwarded-Prefix: 1\r\nX-Forwarded-Server: 1\r\nX-Forwarded-User: 1\r\nX-Original-URL: 1\r\n"
      "X-Original-URI: 1\r\nX-Original-Forwarded-For: 1\r\nX-Original-Forwarded-Host: "
      "1\r\nX-Original-Method: 1\r\n"
      "X-Rewrite-URL: 1\r\nX-Real-IP: 1\r\nX-Request-ID: 1\r\nX-Scheme: 1\r\nProxy: 1\r\nssl-client-verify: "
      "1\r\n"
      "Proxy-Authorization: 1\r\nX_Real_IP: 1\r\nContent-Length: 1\r\nExpect: 100-continue\r\nCookie: "
      "a=b\r\n");
  EXPECT_EQ(request.refusal(), 0);
  EXPECT_THAT(request.relayed(), ElementsAre("Accept", "Cookie"));
  EXPECT_TRUE(request->accepts_trailers);
}

TEST(RequestFraming, PointsAtTheFieldsOthersNeed) {
  const Analysed request(
      "User-Agent: one\r\nUser-Agent: two\r\nReferer: r\r\nX-Request-ID: id\r\nX-Forwarded-For: "
      "f\r\nX-Forwarded-Host: g\r\n");
  ASSERT_NE(request->user_agent, nullptr);
  EXPECT_EQ(request->user_agent->value, "one");
  EXPECT_EQ(request->referer->value, "r");
  EXPECT_EQ(request->request_id->value, "id");
  EXPECT_EQ(request->x_forwarded_for->value, "f");
  EXPECT_EQ(request->x_forwarded_host->value, "g");
  EXPECT_EQ(Analysed("")->user_agent, nullptr);
}

TEST(RequestFraming, DropsWhatConnectionNames) {
  Analysed request(
      "Connection: x-hop, close, \"odd\"\r\nX-Hop: 1\r\nA: 2\r\nx-HOP: 3\r\nconnection: B\r\nB: 4\r\n");
  EXPECT_THAT(request.relayed(), ElementsAre("A"));
  EXPECT_FALSE(request->keep_alive);
}

TEST(RequestFraming, KeepsHostAndLengthThoughConnectionNamesThem) {
  const Analysed request("Connection: Host, Content-Length\r\nContent-Length: 7\r\n");
  EXPECT_EQ(request.refusal(), 0);
  EXPECT_EQ(request->host, "h");
  EXPECT_EQ(request->content_length, 7U);
}

TEST(RequestFraming, DropsTheRightFieldsAmongManyOptions) {
  std::string fields = "Connection: ";
  for (int i = 0; i < 1500; ++i) fields += "n" + std::to_string(i) + ",";
  fields += "\r\n";
  for (int i = 1400; i < 1590; ++i) fields += "N" + std::to_string(i) + ": 1\r\n";
  Analysed request(fields);
  const std::vector<std::string> left = request.relayed();
  ASSERT_EQ(left.size(), 90U);
  EXPECT_EQ(left.front(), "N1500");
}

TEST(RequestFraming, JudgesAHeadTheSameASecondTime) {
  auto head = test::request("GET / HTTP/1.1\r\nHost: h\r\nConnection: X\r\nX: 1\r\nA: 1\r\n\r\n");
  RequestFacts facts;
  for (int i = 0; i < 2; ++i) {
    ASSERT_EQ(analyse_request(*head, facts).status, ParseStatus::complete);
    EXPECT_THAT(relayed(head->fields), ElementsAre("A"));
  }
}

}  // namespace
}  // namespace headgate::http
