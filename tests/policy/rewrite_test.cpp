// rewrite-target and x-forwarded-prefix: what pods are told of the path.
#include "policy/rewrite.h"

#include <gtest/gtest.h>

#include "policy/sample_request.h"

namespace headgate::policy {
namespace {

CaptureTemplate text_of(std::string_view text) {
  auto parsed = CaptureTemplate::parse(text);
  EXPECT_TRUE(parsed) << text;
  return parsed ? *parsed : CaptureTemplate();
}

struct Outcome {
  std::string path;
  std::string lines;
  int refused = 0;
};

Outcome rewrite(std::string_view path, std::string_view target, std::string_view request,
                std::string_view prefix = "") {
  SampleRequest asked{std::string(request), {{"x-forwarded-prefix", "/evil"}}};
  const auto pattern = Pattern::compile("^" + std::string(path), PatternCase::insensitive);
  EXPECT_TRUE(pattern);
  asked.view.path = path;
  asked.view.pattern = pattern->get();
  RequestEdit edit{asked.fields()};
  RewritePath{text_of(target), text_of(prefix)}.apply(asked.view, edit);
  EXPECT_EQ(asked.fields().begin()->drop, edit.lines.find("X-Forwarded-Prefix") != std::string::npos)
      << "the client's own goes exactly where ours comes";
  return {edit.path, edit.lines, edit.refused_status};
}

std::string rewritten(std::string_view path, std::string_view target, std::string_view request) {
  return rewrite(path, target, request).path;
}

TEST(RewritePath, PutsGroupsIntoTheTarget) {
  EXPECT_EQ(rewritten("/foo(/|$)(.*)", "/$2", "/foo/bar/x?q=1"), "/bar/x");
  EXPECT_EQ(rewritten("/foo(/|$)(.*)", "/$2", "/FOO"), "/");
  EXPECT_EQ(rewritten("/(a)/(b)", "/$2/$1/$2", "/a/b"), "/b/a/b");
  EXPECT_EQ(rewritten("/(a)", "/$1$10", "/a"), "/aa0") << "one digit";
  EXPECT_EQ(rewritten("/(a)", "/x$7", "/a"), "/x") << "no such group";
}

TEST(RewritePath, DropsWhatNoGroupHolds) {
  EXPECT_EQ(rewritten("/foo", "/", "/foo/bar/x"), "/");
  EXPECT_EQ(rewritten("/foo/(\\w+)", "/$1", "/foo/bar/x"), "/bar");
}

TEST(RewritePath, LeavesAPathThatIsWrittenLikeTheTarget) {
  const Outcome outcome = rewrite("/foo", "/foo", "/foo/bar", "/prefix");
  EXPECT_EQ(outcome.path, "");
  EXPECT_EQ(outcome.lines, "");
}

TEST(RewritePath, KnowsVariables) {
  EXPECT_EQ(rewritten("/(.*)", "/$namespace/$1/$host", "/a"), "/shop/a/x.test");
}

TEST(RewritePath, BeginsWithASlash) {
  EXPECT_EQ(rewritten("/(.*)", "$1", "/a"), "/a");
  EXPECT_EQ(rewritten("/(.*)", "$1", "/"), "/");
}

TEST(RewritePath, EncodesWhatItHasDecoded) {
  EXPECT_EQ(rewritten("/(.*)", "/$1", "/a%20b%3fc%25d%C3%A4"), "/a%20b%3Fc%25d%C3%A4");
  EXPECT_EQ(rewritten("/(.*)", "/$1", "/a%2Fb//c"), "/a/b/c") << "as it was matched";
  EXPECT_EQ(rewritten("/(.*)", "/$1", "/%22%3C%3E%5E%60%7B%7C%7D%23"), "/%22%3C%3E%5E%60%7B%7C%7D%23");
}

TEST(RewritePath, RefusesToClimb) {
  EXPECT_EQ(rewrite("/static(.*)", "/files/$1", "/static../secret").refused, 400);
  EXPECT_EQ(rewrite("/static(.*)", "/files/$1", "/static..").refused, 400);
  EXPECT_EQ(rewrite("/static(.*)", "/files$1", "/static/x/..%3b/admin").refused, 400);
  EXPECT_EQ(rewrite("/static(.*)", "/files$1", "/static/x/%2e%2e%3bv=1/admin").refused, 400);
  EXPECT_EQ(rewrite("/(.)/(.)", "/$1$2/etc", "/./././a").refused, 0) << "resolved before";
  EXPECT_EQ(rewrite("/a(.)b(.)", "/$1$2/etc", "/a.b.").refused, 400);
  EXPECT_EQ(rewrite("/static(.*)", "/files$1", "/static/..x").refused, 0);
}

TEST(RewritePath, IsBounded) {
  std::string target;
  for (int i = 0; i < 300; ++i) target += "/$1";
  EXPECT_EQ(rewrite("/(.*)", target, "/" + std::string(4000, 'a')).refused, 414);
  EXPECT_FALSE(CaptureTemplate::parse(std::string(1 << 20, '/')));
}

TEST(RewritePath, TellsThePrefix) {
  EXPECT_EQ(rewrite("/foo/(.*)", "/$1", "/foo/a", "/foo").lines, "X-Forwarded-Prefix: /foo\r\n");
  EXPECT_EQ(rewrite("/(\\w+)/(.*)", "/$2", "/foo/a", "/$1").lines, "X-Forwarded-Prefix: /foo\r\n");
}

TEST(RewriteRedirect, SendsToAUrlWithTheQuery) {
  EXPECT_TRUE(is_redirect_target("https://a/$1"));
  EXPECT_TRUE(is_redirect_target("$scheme://a/$1"));
  EXPECT_FALSE(is_redirect_target("/https://a"));
  SampleRequest asked("/old/a%20b?x=1");
  const auto pattern = Pattern::compile("^/old/(.*)", PatternCase::insensitive);
  asked.view.pattern = pattern->get();
  const auto answer = RewriteRedirect{text_of("https://new.test/$1")}.judge(asked.view);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 302);
  EXPECT_EQ(answer->location, "https://new.test/a%20b?x=1");
}

}  // namespace
}  // namespace headgate::policy
