#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/framing.h"
#include "http/parse_support.h"

namespace headgate::http {
namespace {

using testing::ElementsAre;

class Analysed {
 public:
  explicit Analysed(std::string_view text, ResponseContext context = {})
      : head_(test::response(std::string(text) + "\r\n")) {
    EXPECT_TRUE(head_.complete()) << text;
    result_ = analyse_response(*head_, context, facts_);
  }
  [[nodiscard]] bool refused() const {
    EXPECT_TRUE(result_.status != ParseStatus::refused || result_.refusal.status == 502);
    return result_.status == ParseStatus::refused;
  }
  const ResponseFacts* operator->() const { return &facts_; }
  std::vector<std::string> relayed() { return test::relayed(head_->fields); }

 private:
  test::ParsedHead<ResponseHead> head_;
  ResponseFacts facts_;
  ParseResult result_;
};

constexpr ResponseContext kHead{Method::head, {}};
constexpr ResponseContext kWebSocket{Method::get, "websocket"};

TEST(ResponseFraming, ReadsTheLength) {
  const Analysed response("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n");
  EXPECT_EQ(response->body, BodyKind::length);
  EXPECT_EQ(response->content_length, 5U);
  EXPECT_TRUE(response->has_content_length);
  EXPECT_TRUE(response->keep_alive);
  EXPECT_EQ(Analysed("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n")->body, BodyKind::length);
}

TEST(ResponseFraming, ReadsToTheCloseWithoutLength) {
  const Analysed response("HTTP/1.1 200 OK\r\n");
  EXPECT_EQ(response->body, BodyKind::until_close);
  EXPECT_FALSE(response->keep_alive);
  EXPECT_FALSE(response->has_content_length);
}

TEST(ResponseFraming, RefusesEveryDoubtfulLength) {
  for (const char* fields :
       {"Content-Length: +5\r\n", "Content-Length: -5\r\n", "Content-Length:\r\n",
        "Content-Length: 5\r\nContent-Length: 5\r\n", "Content-Length: 18446744073709551621\r\n",
        "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "Transfer-Encoding: gzip\r\n",
        "Transfer-Encoding: chunked, chunked\r\n", "Transfer-Encoding: gzip\r\nContent-Length: 5\r\n"}) {
    EXPECT_TRUE(Analysed("HTTP/1.1 200 OK\r\n" + std::string(fields)).refused()) << fields;
    EXPECT_TRUE(Analysed("HTTP/1.1 200 OK\r\n" + std::string(fields), kHead).refused()) << fields;
    EXPECT_TRUE(Analysed("HTTP/1.1 304 OK\r\n" + std::string(fields)).refused()) << fields;
  }
  EXPECT_TRUE(Analysed("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n").refused());
}

TEST(ResponseFraming, FindsNoBodyWhereNoneCanBe) {
  const Analysed head("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n", kHead);
  EXPECT_EQ(head->body, BodyKind::none);
  EXPECT_TRUE(head->has_content_length);
  EXPECT_EQ(head->content_length, 5U);
  EXPECT_TRUE(head->keep_alive);
  EXPECT_EQ(Analysed("HTTP/1.1 200 OK\r\n", kHead)->body, BodyKind::none);
  EXPECT_EQ(Analysed("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n", kHead)->body, BodyKind::none);
  const Analysed unmodified("HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n");
  EXPECT_EQ(unmodified->body, BodyKind::none);
  EXPECT_TRUE(unmodified->has_content_length);
}

TEST(ResponseFraming, RelaysNoLengthOf204AndDistrustsOne) {
  const Analysed plain("HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n");
  EXPECT_EQ(plain->body, BodyKind::none);
  EXPECT_FALSE(plain->has_content_length);
  EXPECT_TRUE(plain->keep_alive);
  for (const char* field : {"Content-Length: 5\r\n", "Transfer-Encoding: chunked\r\n"}) {
    const Analysed odd("HTTP/1.1 204 No Content\r\n" + std::string(field));
    EXPECT_EQ(odd->body, BodyKind::none);
    EXPECT_FALSE(odd->has_content_length);
    EXPECT_FALSE(odd->keep_alive);
  }
}

TEST(ResponseFraming, KnowsInterimAnswers) {
  for (const char* status : {"100 Continue", "103 Early Hints", "199 X"}) {
    const Analysed response("HTTP/1.1 " + std::string(status) + "\r\n");
    EXPECT_FALSE(response.refused());
    EXPECT_TRUE(response->interim);
    EXPECT_EQ(response->body, BodyKind::none);
  }
  EXPECT_TRUE(Analysed("HTTP/1.1 103 X\r\nContent-Length: 5\r\n").refused());
  EXPECT_TRUE(Analysed("HTTP/1.1 100 X\r\nTransfer-Encoding: chunked\r\n").refused());
}

TEST(ResponseFraming, SwitchesProtocolsOnlyAsAsked) {
  const std::string_view answer = "HTTP/1.1 101 Switching\r\nConnection: Upgrade\r\nUpgrade: WebSocket\r\n";
  const Analysed asked(answer, kWebSocket);
  EXPECT_FALSE(asked.refused());
  EXPECT_TRUE(asked->switching_protocols);
  EXPECT_FALSE(asked->interim);
  EXPECT_FALSE(asked->keep_alive);
  EXPECT_TRUE(Analysed(answer).refused());
  EXPECT_TRUE(Analysed(answer, {Method::get, "other"}).refused());
  EXPECT_TRUE(Analysed("HTTP/1.1 101 X\r\nUpgrade: websocket\r\n", kWebSocket).refused());
  EXPECT_TRUE(Analysed("HTTP/1.1 101 X\r\nConnection: upgrade\r\n", kWebSocket).refused());
  EXPECT_TRUE(
      Analysed("HTTP/1.0 101 X\r\nConnection: upgrade\r\nUpgrade: websocket\r\n", kWebSocket).refused());
  EXPECT_TRUE(Analysed(std::string(answer) + "Upgrade: websocket\r\n", kWebSocket).refused());
  EXPECT_TRUE(Analysed(std::string(answer) + "Content-Length: 5\r\n", kWebSocket).refused());
}

TEST(ResponseFraming, MakesNoTunnelOfA200ThatEchoesUpgrade) {
  Analysed response("HTTP/1.1 200 OK\r\nConnection: upgrade\r\nUpgrade: websocket\r\nContent-Length: 0\r\n",
                    kWebSocket);
  EXPECT_FALSE(response->switching_protocols);
  EXPECT_TRUE(response.relayed().empty());
}

TEST(ResponseFraming, KeepsTheConnectionAsTheBackendSays) {
  const auto kept = [](std::string_view head) {
    return Analysed(std::string(head) + "Content-Length: 0\r\n")->keep_alive;
  };
  EXPECT_TRUE(kept("HTTP/1.1 200 OK\r\n"));
  EXPECT_FALSE(kept("HTTP/1.1 200 OK\r\nConnection: Close\r\n"));
  EXPECT_FALSE(kept("HTTP/1.0 200 OK\r\n"));
  EXPECT_TRUE(kept("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n"));
}

TEST(ResponseFraming, TakesWhatIsSaidToTheProxyForItself) {
  const auto buffering = [](std::string_view value) {
    return Analysed("HTTP/1.1 200 OK\r\nx-accel-buffering: " + std::string(value) + "\r\n")->buffering;
  };
  EXPECT_EQ(buffering("yes"), Buffering::yes);
  EXPECT_EQ(buffering("NO"), Buffering::no);
  for (const char* other : {"", "on", "1", "no, yes"})
    EXPECT_EQ(buffering(other), Buffering::unsaid) << other;
  EXPECT_EQ(Analysed("HTTP/1.1 200 OK\r\n")->buffering, Buffering::unsaid);
  Analysed response(
      "HTTP/1.1 200 OK\r\nX-Accel-Buffering: no\r\nX-Accel-Redirect: /i\r\nX-Accel-Expires: 1\r\n"
      "X-Accel-Limit-Rate: 1\r\nX-Accel-Charset: utf-8\r\nX-Accel-Mapping: kept\r\n");
  EXPECT_THAT(response.relayed(), ElementsAre("X-Accel-Mapping"));
}

TEST(ResponseFraming, DropsHopByHopFieldsAndServer) {
  Analysed response(
      "HTTP/1.1 200 OK\r\nServer: x\r\nDate: d\r\nConnection: X-Hop, keep-alive\r\nX-Hop: 1\r\nKeep-Alive: "
      "timeout=7\r\n"
      "Set-Cookie: a=1\r\nTrailer: T\r\nUpgrade: h2c\r\nTransfer-Encoding: chunked\r\nX_Y: kept\r\n");
  EXPECT_THAT(response.relayed(), ElementsAre("Date", "Set-Cookie", "X_Y"));
  EXPECT_TRUE(response->has_date);
  EXPECT_FALSE(Analysed("HTTP/1.1 200 OK\r\nConnection: Date\r\nDate: d\r\n")->has_date);
}

}  // namespace
}  // namespace headgate::http
