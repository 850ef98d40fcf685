// What an auth service is asked, and what its answer means.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "http/h1_parser.h"
#include "policy/error_pages.h"
#include "policy/external_auth.h"

namespace headgate::policy {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

struct Request {
  explicit Request(std::string text) : memory(std::move(text)), scratch(2 * memory.size() + 2) {
    EXPECT_EQ(http::parse_request_head(memory, {}, head).status, http::ParseStatus::complete);
    EXPECT_EQ(http::analyse_request(head, facts).status, http::ParseStatus::complete);
    EXPECT_EQ(http::parse_target(head.method, head.target, scratch.data(), target).status,
              http::ParseStatus::complete);
  }
  [[nodiscard]] RequestView view() const {
    RequestView result{head, facts, target};
    result.host_as_sent = facts.host;
    result.host = "x.test";
    result.server_name = "x.test";
    result.scheme = "https";
    result.remote_ip = "192.0.2.1";
    result.path = "/";
    return result;
  }
  std::string memory;
  std::vector<char> scratch;
  http::RequestHead head;
  http::RequestFacts facts;
  http::Target target;
};

SubrequestAnswer answer(int status, std::vector<SubrequestAnswer::Field> fields = {}) {
  SubrequestAnswer result;
  result.status = status;
  result.fields = std::move(fields);
  return result;
}

const Request& plain() {
  static const Request kRequest("GET /a?b=c HTTP/1.1\r\nHost: x.test:8443\r\nX-User: root\r\n\r\n");
  return kRequest;
}

TEST(ExternalAuth, OnlySuccessIsAYes) {
  const ExternalAuth step;
  for (int status = 0; status < 600; ++status) {
    const auto decision = step.decide(answer(status), plain().view());
    if (status >= 200 && status <= 299) {
      EXPECT_TRUE(std::holds_alternative<AuthGrant>(decision)) << status;
      continue;
    }
    ASSERT_TRUE(std::holds_alternative<Denial>(decision)) << status;
    EXPECT_EQ(std::get<Denial>(decision).status, status == 401 || status == 403 ? status : 500) << status;
  }
}

TEST(ExternalAuth, ASetFieldCountsInPlaceOfOursAndOfTheClients) {
  ExternalAuth step;
  step.authority = "auth.test";
  step.target = *Template::parse("/check");
  step.set_fields = {{"X-Real-IP", *Template::parse("$remote_addr!")}, {"X-User", Template::literal("none")}};
  const std::string text = step.request_text(plain().view(), "");
  EXPECT_THAT(text, StartsWith("GET /check HTTP/1.1\r\nHost: auth.test\r\n"));
  EXPECT_THAT(text, HasSubstr("X-Real-IP: 192.0.2.1!\r\n"));
  EXPECT_THAT(text, Not(HasSubstr("X-Real-IP: 192.0.2.1\r\n")));
  EXPECT_THAT(text, HasSubstr("X-User: none\r\n"));
  EXPECT_THAT(text, Not(HasSubstr("root")));
  EXPECT_THAT(text, HasSubstr("X-Original-URL: https://x.test:8443/a?b=c\r\n"));
}

TEST(ExternalAuth, AnswersOfPathsAndServicesAreKeptApart) {
  ExternalAuth step;
  step.url = "http://a.test/";
  step.cache_key = *Template::parse("$http_x_user");
  const std::string name = step.cache_name(plain().view());
  EXPECT_THAT(name, HasSubstr("root"));
  RequestView elsewhere = plain().view();
  elsewhere.path = "/b";
  EXPECT_NE(step.cache_name(elsewhere), name);
  step.url = "http://b.test/";
  EXPECT_NE(step.cache_name(plain().view()), name);
  step.cache_key = *Template::parse("$cookie_none");
  EXPECT_EQ(step.cache_name(plain().view()), "");
}

TEST(ExternalAuth, SomeAnswersAreNotKept) {
  ExternalAuth step;
  step.cache_times = {{200, std::chrono::seconds(5)}};
  EXPECT_EQ(step.cache_time(answer(200)), std::chrono::seconds(5));
  EXPECT_EQ(step.cache_time(answer(401)), std::nullopt);
  EXPECT_EQ(step.cache_time(answer(200, {{"Cache-Control", "max-age=5, Private"}})), std::nullopt);
  EXPECT_EQ(step.cache_time(answer(200, {{"cache-control", "no-store"}})), std::nullopt);
  EXPECT_EQ(step.cache_time(answer(200, {{"Set-Cookie", "a=b"}})), std::nullopt);
  EXPECT_EQ(step.cache_time(answer(0)), std::nullopt);
}

TEST(ErrorPages, CoverWhatIsListed) {
  ErrorPages pages;
  pages.statuses = {404, 503};
  EXPECT_TRUE(pages.covers(404, true));
  EXPECT_TRUE(pages.covers(503, false));
  EXPECT_FALSE(pages.covers(500, false));
  pages.of_pods = false;
  EXPECT_FALSE(pages.covers(404, true));
  EXPECT_TRUE(pages.covers(404, false));
}

}  // namespace
}  // namespace headgate::policy
