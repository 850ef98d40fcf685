// A request outlives the memory it was read into.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "http/h1_parser.h"
#include "proxy/exchange.h"
#include "proxy/head_writer.h"
#include "proxy/held_request.h"

namespace headgate::proxy {
namespace {

struct Parsed {
  explicit Parsed(std::string_view bytes) : memory(bytes), scratch(2 * bytes.size() + 2) {
    EXPECT_EQ(http::parse_request_head(memory, {}, head).status, http::ParseStatus::complete);
    EXPECT_EQ(http::analyse_request(head, facts).status, http::ParseStatus::complete);
    EXPECT_EQ(http::parse_target(head.method, head.target, scratch.data(), target).status,
              http::ParseStatus::complete);
  }
  [[nodiscard]] policy::RequestView view() const {
    policy::RequestView result{head, facts, target};
    result.host = "x.test";
    return result;
  }
  void overwrite() {
    std::fill(memory.begin(), memory.end(), '#');
    std::fill(scratch.begin(), scratch.end(), '#');
    head.fields.clear();
  }

  std::string memory;
  std::vector<char> scratch;
  http::RequestHead head;
  http::RequestFacts facts;
  http::Target target;
};

constexpr std::string_view kHead =
    "POST /a/../b%20c?q=1 HTTP/1.1\r\nHost: X.test:80\r\nUser-Agent:  spaced \r\nX-Empty:\r\n"
    "Referer: r\r\nX-Request-ID: id\r\nX-Forwarded-For: 1.2.3.4\r\nX-Forwarded-Host: evil\r\n"
    "Content-Length: 4\r\nX-Last: 1\r\n\r\n";

TEST(HeldRequest, SaysTheSameOnceItsMemoryIsGone) {
  Parsed parsed(kHead);
  std::string body = "body";
  HeldRequest held(parsed.view(), body);
  const std::size_t fields = parsed.head.fields.size();
  parsed.overwrite();
  body = "####";

  EXPECT_EQ(held.head.request_line, "POST /a/../b%20c?q=1 HTTP/1.1");
  EXPECT_EQ(held.head.method_text, "POST");
  EXPECT_EQ(held.head.method, http::Method::post);
  EXPECT_EQ(held.head.target, "/a/../b%20c?q=1");
  EXPECT_EQ(held.target.match_path, "/b c");
  EXPECT_EQ(held.target.forward_path, "/b%20c");
  EXPECT_EQ(held.target.query, "?q=1");
  EXPECT_EQ(held.host, "x.test");
  EXPECT_EQ(held.facts.host, "X.test:80");
  EXPECT_EQ(held.facts.body, http::BodyKind::length);
  EXPECT_EQ(held.facts.content_length, 4u);
  EXPECT_EQ(held.facts.user_agent->value, "spaced");
  EXPECT_EQ(held.facts.referer->value, "r");
  EXPECT_EQ(held.facts.request_id->value, "id");
  EXPECT_EQ(held.facts.x_forwarded_for->value, "1.2.3.4");
  EXPECT_EQ(held.facts.x_forwarded_host->value, "evil");
  EXPECT_EQ(held.head.fields.size(), fields);
  EXPECT_EQ(held.body(), "body");
}

TEST(HeldRequest, IsRelayedAsTheRequestItself) {
  Parsed parsed(kHead);
  std::string before(1024, '\0');
  before.resize(
      static_cast<std::size_t>(write_kept_fields(parsed.head.fields, before.data()) - before.data()));
  const HeldRequest held(parsed.view(), {});
  parsed.overwrite();
  std::string after(1024, '\0');
  after.resize(static_cast<std::size_t>(write_kept_fields(held.head.fields, after.data()) - after.data()));
  EXPECT_EQ(after, before);
  EXPECT_EQ(after, "User-Agent: spaced\r\nX-Empty: \r\nReferer: r\r\nX-Last: 1\r\n")
      << "what is dropped stays so";
}

TEST(HeldRequest, TakesTheLargestHead) {
  std::string text = "GET / HTTP/1.1\r\nHost: x.test\r\n";
  for (std::size_t i = 1; i < http::kMaxFields; ++i) text += "X-" + std::to_string(i) + ": v\r\n";
  Parsed parsed(text + "\r\n");
  const HeldRequest held(parsed.view(), std::string(64 * 1024, 'b'));
  parsed.overwrite();
  EXPECT_EQ(held.head.fields.size(), http::kMaxFields);
  EXPECT_EQ((held.head.fields.end() - 1)->name, "X-" + std::to_string(http::kMaxFields - 1));
  EXPECT_EQ(held.body().size(), 64u * 1024);
}

TEST(Suspensions, FindNothingOnceItIsOver) {
  Suspensions suspensions;
  Exchange first;
  Exchange second;
  const SuspensionSerial a = suspensions.add(first);
  const SuspensionSerial b = suspensions.add(second);
  EXPECT_EQ(suspensions.find(a), &first);
  EXPECT_EQ(suspensions.find(b), &second);
  suspensions.remove(a);
  EXPECT_EQ(suspensions.find(a), nullptr);
  EXPECT_NE(suspensions.add(first), a) << "the object serves another request";
  EXPECT_EQ(suspensions.find(a), nullptr);
  EXPECT_EQ(suspensions.find(0), nullptr);
}

}  // namespace
}  // namespace headgate::proxy
