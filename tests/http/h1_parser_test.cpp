#include "http/h1_parser.h"

#include <gtest/gtest.h>

#include "http/parse_support.h"

namespace headgate::http {
namespace {

using test::request;
using test::response;

constexpr std::string_view kGet = "GET /a?b=c HTTP/1.1\r\n";

std::string with_fields(std::string_view fields) { return std::string(kGet) + std::string(fields) + "\r\n"; }

TEST(H1Parser, SplitsARequest) {
  auto head = request("PUT /x/y?z HTTP/1.0\r\nHost: h1.test\r\nX-A:\t b c \t\r\nEmpty:\r\n\r\nbody");
  ASSERT_TRUE(head.complete());
  EXPECT_EQ(head->request_line, "PUT /x/y?z HTTP/1.0");
  EXPECT_EQ(head->method_text, "PUT");
  EXPECT_EQ(head->method, Method::put);
  EXPECT_EQ(head->target, "/x/y?z");
  EXPECT_EQ(head->minor_version, 0);
  ASSERT_EQ(head->fields.size(), 3U);
  const Field* field = head->fields.begin();
  EXPECT_EQ(field[0].name, "Host");
  EXPECT_EQ(field[0].value, "h1.test");
  EXPECT_EQ(field[0].id, FieldId::host);
  EXPECT_EQ(field[1].name, "X-A");
  EXPECT_EQ(field[1].value, "b c");
  EXPECT_EQ(field[2].value, "");
  EXPECT_EQ(
      head->size,
      std::string_view("PUT /x/y?z HTTP/1.0\r\nHost: h1.test\r\nX-A:\t b c \t\r\nEmpty:\r\n\r\n").size());
}

TEST(H1Parser, TellsWhichLinesMayBeRelayedAsTheyCame) {
  auto head = request(with_fields("A: b\r\nB:c\r\nC:  d\r\nD: e \r\nE:\tf\r\nF: \r\nG:\r\nH: a b\r\n"));
  ASSERT_TRUE(head.complete());
  const bool expected[] = {true, false, false, false, false, true, false, true};
  ASSERT_EQ(head->fields.size(), std::size(expected));
  for (std::size_t i = 0; i < std::size(expected); ++i)
    EXPECT_EQ(head->fields.begin()[i].canonical, expected[i]) << head->fields.begin()[i].name;
}

TEST(H1Parser, TakesEveryTokenCharacterInMethodAndNameAndNoOther) {
  const std::string_view others = "!#$%&'*+-.^_`|~";
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    const bool token = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                       (byte != 0 && others.find(c) != std::string_view::npos);
    // At each place of a name longer than one vector, so that every lane is seen.
    for (std::size_t at = 0; at < 20; at += 3) {
      std::string name(20, 'n');
      name[at] = c;
      if (c == ':') continue;
      EXPECT_EQ(request(with_fields(name + ": 1\r\n")).complete(), token) << byte << " at " << at;
    }
    if (c != ' ') {
      EXPECT_EQ(request("G" + std::string(1, c) + "T / HTTP/1.1\r\n\r\n").complete(), token) << byte;
    }
  }
}

TEST(H1Parser, TakesNoControlByteInAValueButTab) {
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    const bool allowed = (byte >= 0x20 && byte != 0x7F) || c == '\t';
    for (std::size_t at = 0; at < 40; at += 3) {
      std::string value(40, 'v');
      value[at] = c;
      EXPECT_EQ(request(with_fields("A: " + value + "\r\n")).complete(), allowed) << byte << " at " << at;
      EXPECT_EQ(response("HTTP/1.1 200 " + value + "\r\n\r\n").complete(), allowed) << byte << " at " << at;
    }
  }
}

TEST(H1Parser, TakesVisibleAsciiInATargetAndNothingElse) {
  for (int byte = 0; byte < 256; ++byte) {
    for (std::size_t at = 1; at < 40; at += 3) {
      std::string target = "/" + std::string(39, 't');
      target[at] = static_cast<char>(byte);
      EXPECT_EQ(request("GET " + target + " HTTP/1.1\r\n\r\n").complete(), byte > 0x20 && byte < 0x7F)
          << byte;
    }
  }
}

TEST(H1Parser, SkipsTheAllowedEmptyLinesOnly) {
  auto head = request("\r\nGET / HTTP/1.1\r\n\r\n");
  ASSERT_TRUE(head.complete());
  EXPECT_EQ(head->size, 20U);
  EXPECT_EQ(head->request_line, "GET / HTTP/1.1");
  EXPECT_EQ(request("\r\n\r\nGET / HTTP/1.1\r\n\r\n").refusal(), 400);
  EXPECT_EQ(request("\nGET / HTTP/1.1\r\n\r\n").refusal(), 400);
  EXPECT_EQ(request("\r\nGET / HTTP/1.1\r\n\r\n", {.leading_empty_lines = 0}).refusal(), 400);
  EXPECT_EQ(response("\r\nHTTP/1.1 200 OK\r\n\r\n").refusal(), 502);
}

TEST(H1Parser, RefusesAFaultyLineBeforeTheHeadIsWhole) {
  for (const char* text : {"GET /\r\n", "GET / HTTP/1.1\n", "GET / HTTP/1.1\r\nHost : a\r\n", "GET  /",
                           "GET / HTTP/1.1\r\n folded", "GET / HTTP/1.1\r\n:", "GET / HTTX", "\x16\x03\x01"})
    EXPECT_EQ(request(text).refusal(), 400) << text;
}

TEST(H1Parser, TellsOtherVersionsFromNonsense) {
  for (const char* version : {"HTTP/2.0", "HTTP/0.9", "HTTP/1.2", "HTTP/3.1"})
    EXPECT_EQ(request("GET / " + std::string(version) + "\r\n\r\n").refusal(), 505) << version;
  for (const char* version :
       {"HTTP/1.10", "HTTP/11.1", "http/1.1", "HTTP/1", "HTTP/1.", "HTTP 1.1", "HTTP/1.1 ", "H"})
    EXPECT_EQ(request("GET / " + std::string(version) + "\r\n\r\n").refusal(), 400) << version;
}

TEST(H1Parser, BoundsTheMethod) {
  EXPECT_TRUE(request(std::string(32, 'M') + " / HTTP/1.1\r\n\r\n").complete());
  EXPECT_EQ(request(std::string(33, 'M') + " / HTTP/1.1\r\n\r\n").refusal(), 501);
  EXPECT_EQ(request(std::string(33, 'M')).refusal(), 501);
}

TEST(H1Parser, BoundsTheRequestLineAt414) {
  const HeadLimits limits{.line_bytes = 64};
  const auto line = [](std::size_t size) { return "GET /" + std::string(size - 14, 'a') + " HTTP/1.1"; };
  EXPECT_TRUE(request(line(64) + "\r\n\r\n", limits).complete());
  EXPECT_EQ(request(line(65) + "\r\n\r\n", limits).refusal(), 414);
  EXPECT_EQ(request(line(200), limits).refusal(), 414);
  EXPECT_EQ(request("GET /" + std::string(59, 'a'), limits).result().status, ParseStatus::incomplete);
}

TEST(H1Parser, BoundsAFieldLineAndTheHeadAt431) {
  const HeadLimits limits{.line_bytes = 64, .head_bytes = 200};
  const auto field = [](std::size_t size) { return "A: " + std::string(size - 3, 'v') + "\r\n"; };
  EXPECT_TRUE(request(with_fields(field(64)), limits).complete());
  EXPECT_EQ(request(with_fields(field(65)), limits).refusal(), 431);
  EXPECT_EQ(request(with_fields(field(65)), limits).result().refusal.reason, RejectReason::header_too_large);
  EXPECT_EQ(request(with_fields(std::string(80, 'N') + ": v\r\n"), limits).refusal(), 431);
  // 21 + 2 × 66 + 45 + 2 = 200.
  EXPECT_TRUE(request(with_fields(field(64) + field(64) + field(43)), limits).complete());
  EXPECT_EQ(request(with_fields(field(64) + field(64) + field(44)), limits).refusal(), 431);
  EXPECT_EQ(request(std::string(kGet) + field(64) + field(64) + field(64), limits).refusal(), 431);
}

// No caller has to wait for a byte that could only make it worse.
TEST(H1Parser, FindsALimitAtTheVeryByte) {
  const HeadLimits limits{.line_bytes = 64, .head_bytes = 100};
  const std::string line = "GET /" + std::string(61, 'a');
  EXPECT_EQ(request(line.substr(0, 65), limits).result().status, ParseStatus::incomplete);
  EXPECT_EQ(request(line, limits).refusal(), 414);
  const std::string head =
      std::string(kGet) + "A: " + std::string(40, 'v') + "\r\nB: " + std::string(31, 'v');
  ASSERT_EQ(head.size(), 100U);
  EXPECT_EQ(request(head.substr(0, 99), limits).result().status, ParseStatus::incomplete);
  EXPECT_EQ(request(head, limits).refusal(), 431);
}

TEST(H1Parser, BoundsTheNumberOfFields) {
  std::string fields;
  for (std::size_t i = 0; i < kMaxFields; ++i) fields += "A: 1\r\n";
  EXPECT_TRUE(request(with_fields(fields)).complete());
  auto head = request(with_fields(fields + "A: 1\r\n"));
  EXPECT_EQ(head.refusal(), 431);
  EXPECT_EQ(head.result().refusal.reason, RejectReason::too_many_headers);
}

TEST(H1Parser, SplitsAResponse) {
  auto head = response("HTTP/1.1 404 Not  Found\r\nA: b\r\n\r\nrest");
  ASSERT_TRUE(head.complete());
  EXPECT_EQ(head->status, 404);
  EXPECT_EQ(head->reason, "Not  Found");
  EXPECT_EQ(head->minor_version, 1);
  EXPECT_EQ(head->fields.size(), 1U);
  EXPECT_EQ(head->size, 33U);
}

TEST(H1Parser, TakesAResponseWithoutReasonOrSpace) {
  EXPECT_EQ(response("HTTP/1.1 200\r\n\r\n")->reason, "");
  EXPECT_TRUE(response("HTTP/1.1 200 \r\n\r\n").complete());
  EXPECT_EQ(response("HTTP/1.0 999\r\n\r\n")->status, 999);
}

TEST(H1Parser, RefusesAFaultyResponseWith502) {
  for (const char* text : {"HTTP/2.0 200 OK\r\n\r\n", "HTTP/1.2 200 OK\r\n\r\n", "HTTP/1.1 1000 OK\r\n\r\n",
                           "HTTP/1.1 20 OK\r\n\r\n", "HTTP/1.1  200 OK\r\n\r\n", "HTTP/1.1 099 OK\r\n\r\n",
                           "http/1.1 200 OK\r\n\r\n", "HTTP/1.1 200OK\r\n\r\n", "HTTP/1.1 200 OK\n\n",
                           "HTTP/1.1 200 OK\r\nNoColon\r\n\r\n", "HTTP/1.1 200 OK\r\n A: b\r\n\r\n",
                           "HTTP/1.1 200 OK\r\nA : b\r\n\r\n", "<html>", "HTTP/1.1 -20 OK\r\n\r\n"}) {
    auto head = response(text);
    EXPECT_EQ(head.refusal(), 502) << text;
    EXPECT_EQ(head.result().refusal.reason, RejectReason::upstream_bad_head);
  }
}

TEST(H1Parser, ReadsAllFieldsAfreshEachTime) {
  RequestHead head;
  const std::string_view text = "GET / HTTP/1.1\r\nA: 1\r\nB: 2\r\n\r\n";
  for (int i = 0; i < 3; ++i) {
    ASSERT_EQ(parse_request_head(text, {}, head).status, ParseStatus::complete);
    EXPECT_EQ(head.fields.size(), 2U);
  }
}

}  // namespace
}  // namespace headgate::http
