// Text with the variables of nginx.
#include "policy/template.h"

#include <gtest/gtest.h>

#include "policy/capture_template.h"
#include "policy/sample_request.h"

namespace headgate::policy {
namespace {

std::string expand(std::string_view text, const SampleRequest& request) {
  const auto parsed = Template::parse(text);
  EXPECT_TRUE(parsed) << (parsed ? "" : parsed.error().message);
  return parsed ? parsed->expand(request.view) : "";
}

TEST(Template, KnowsTheVariablesOfNginx) {
  const SampleRequest request("/a%20b?x=1&Y=2&empty=",
                              {{"User-Agent", "curl"}, {"Cookie", "a=1; b=two; b=3"}});
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"$request_uri", "/a%20b?x=1&Y=2&empty="},
      {"$uri", "/a b"},
      {"$args", "x=1&Y=2&empty="},
      {"$query_string", "x=1&Y=2&empty="},
      {"$arg_x", "1"},
      {"$arg_y", "2"},
      {"$arg_empty", ""},
      {"$arg_none", ""},
      {"$cookie_b", "two, 3"},
      {"$cookie_none", ""},
      {"$http_user_agent", "curl"},
      {"$http_none", ""},
      {"$host", "x.test"},
      {"$http_host", "x.test:8080"},
      {"$best_http_host", "x.test:8080"},
      {"$server_name", "x.test"},
      {"$server_port", "80"},
      {"$scheme", "http"},
      {"$pass_access_scheme", "http"},
      {"$https", ""},
      {"$request_method", "GET"},
      {"$server_protocol", "HTTP/1.1"},
      {"$remote_addr", "192.0.2.1"},
      {"$the_real_ip", "192.0.2.1"},
      {"$request_id", "0123abcd"},
      {"$req_id", "0123abcd"},
      {"$namespace", "shop"},
      {"$ingress_name", "web"},
      {"$service_name", "cart"},
      {"$service_port", "8080"},
      {"$location_path", "/"},
      {"$proxy_upstream_name", "shop-cart-8080"},
      {"$escaped_request_uri", "%2Fa%2520b%3Fx%3D1%26Y%3D2%26empty%3D"},
  };
  for (const auto& [text, expected] : cases) EXPECT_EQ(expand(text, request), expected) << text;
}

TEST(Template, MixesTextAndVariables) {
  const SampleRequest request("/a");
  EXPECT_EQ(expand("https://$host$uri-${scheme}x", request), "https://x.test/a-httpx");
  EXPECT_EQ(expand("plain", request), "plain");
  EXPECT_EQ(expand("", request), "");
}

// Or a cached grant of an auth service could be had under a name that it never saw.
TEST(Template, WhatIsSentTwiceCountsTwiceAndWhatIsNotPassedOnDoesNot) {
  SampleRequest request("/", {{"X-Org", "mine"}, {"X_Org", "victim"}, {"x-org", "other"}});
  for (http::Field& field : request.fields())
    if (field.name == "X_Org") field.drop = true;
  EXPECT_EQ(expand("$http_x_org", request), "mine, other");
}

TEST(Template, ValuesAreNeverSyntax) {
  const SampleRequest request("/$host", {{"x-a", "${scheme}$uri"}});
  EXPECT_EQ(expand("$http_x_a", request), "${scheme}$uri");
  EXPECT_EQ(expand("$uri", request), "/$host");
}

TEST(Template, RefusesWhatIsNoVariable) {
  for (const char* text : {"$", "a$", "$$", "${host", "${}", "$unknown", "$1", "$-", "$arg_", "${ho st}"})
    EXPECT_FALSE(Template::parse(text)) << text;
}

std::string expand_target(std::string_view text, const SampleRequest& request) {
  const auto parsed = Template::parse(text);
  EXPECT_TRUE(parsed) << (parsed ? "" : parsed.error().message);
  return parsed ? parsed->expand_target(request.view).value_or("refused") : "";
}

TEST(Template, InATargetAValueStaysInItsPlace) {
  const SampleRequest request("/a%3Fadmin=1%26b%23c%2541?x=1&y=%2e%2e%2fz&s=a/b?c&p=50%",
                              {{"Cookie", "id=1&admin=1#x"}, {"X-Evil", "a/../b?c=d e\x80"}});
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"/auth$uri", "/auth/a%3Fadmin=1&b%23c%2541"},
      {"/auth?u=$uri", "/auth?u=/a?admin=1%26b%23c%2541"},
      {"$request_uri", "/a%3Fadmin=1%26b%23c%2541?x=1&y=%2e%2e%2fz&s=a/b?c&p=50%"},
      {"/x$request_uri", "/x/a%3Fadmin=1%26b%23c%2541?x=1&y=%2e%2e%2fz&s=a/b?c&p=50%"},
      {"/auth?u=$request_uri", "/auth?u=/a%3Fadmin=1%26b%23c%2541?x=1%26y=%2e%2e%2fz%26s=a/b?c%26p=50%25"},
      {"/auth?$args", "/auth?x=1&y=%2e%2e%2fz&s=a/b?c&p=50%25"},
      {"/auth?c=$cookie_id", "/auth?c=1%26admin=1%23x"},
      {"/auth?p=$arg_p&s=$arg_s", "/auth?p=50%25&s=a/b?c"},
      {"/auth/$arg_s/allowed", "/auth/a%2Fb%3Fc/allowed"},
      {"/auth/$cookie_id", "/auth/1&admin=1%23x"},
      {"/auth/$arg_y", "refused"},
      {"/auth/$http_x_evil", "refused"},
      {"/auth?e=$http_x_evil", "/auth?e=a/../b?c=d%20e%80"},
      {"/auth/$host/$scheme", "/auth/x.test/http"},
  };
  for (const auto& [text, expected] : cases) EXPECT_EQ(expand_target(text, request), expected) << text;
  for (const char* value : {".", "..", "%2e%2E", ".%2e", "..%2f", "x%2f..", "..;a", "x%5c.."}) {
    const SampleRequest climbing(std::string("/?v=") + value);
    EXPECT_EQ(expand_target("/auth/$arg_v", climbing), "refused") << value;
    EXPECT_EQ(expand_target("/auth/$arg_v/x?q", climbing), "refused") << value;
  }
  EXPECT_EQ(expand_target("/auth/$arg_v", SampleRequest("/?v=...")), "/auth/...");
  EXPECT_EQ(expand_target("/auth/v$arg_v", SampleRequest("/?v=..")), "/auth/v..");
  EXPECT_EQ(expand_target("/auth$uri", SampleRequest("/a/..%3bx/b")), "refused");
  EXPECT_EQ(expand_target("/auth?u=$arg_v&role=guest", SampleRequest("/?v=a;role=admin")),
            "/auth?u=a%3Brole=admin&role=guest");
  EXPECT_EQ(expand_target("/auth/$arg_v/end", SampleRequest("/?v=a;b=1")), "/auth/a%3Bb=1/end");
}

TEST(Template, LiteralTextIsLeftAlone) {
  const SampleRequest request("/a");
  const Template text = Template::literal("a$host$");
  EXPECT_EQ(text.expand(request.view), "a$host$");
  EXPECT_FALSE(text.has_variables());
  EXPECT_FALSE(text == *Template::parse("a"));
  EXPECT_TRUE(Template::parse("$host")->has_variables());
}

TEST(CaptureTemplate, TellsGroupsFromVariables) {
  const SampleRequest request("/a");
  Pattern::Captures captures{};
  captures[1] = "one";
  captures[2] = "$host";
  const auto parsed = CaptureTemplate::parse("/$1$2/$host$3/$12");
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->expand(request.view, captures), "/one$host/x.test/one2");
  EXPECT_EQ(parsed->most_group(), 3u);
  EXPECT_FALSE(CaptureTemplate::parse("/$0"));
  EXPECT_FALSE(CaptureTemplate::parse("/$"));
  EXPECT_FALSE(CaptureTemplate::parse("/$unknown"));
}

}  // namespace
}  // namespace headgate::policy
