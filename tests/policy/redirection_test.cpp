// Redirects of whole Routes, of hosts and of their roots.
#include "policy/redirection.h"

#include <gtest/gtest.h>

#include "policy/app_root.h"
#include "policy/sample_request.h"

namespace headgate::policy {
namespace {

std::string location(const Redirection& redirection, const SampleRequest& request) {
  const auto answer = redirection.judge(request.view);
  EXPECT_TRUE(answer);
  if (!answer) return {};
  EXPECT_EQ(answer->status, redirection.status);
  return answer->location;
}

TEST(Redirection, GivesAUrlAsItIsWritten) {
  const SampleRequest request("/a?b");
  EXPECT_EQ(location({"https://new.test/x?y=1", 308}, request), "https://new.test/x?y=1");
}

TEST(Redirection, MakesAPathAbsoluteAsNginxDoes) {
  SampleRequest request("/a?b");
  EXPECT_EQ(location({"/there", 301}, request), "http://x.test/there") << "without the port";
  EXPECT_EQ(location({"/there", 301, true}, request), "/there");
  request.view.port = "8080";
  EXPECT_EQ(location({"/there", 301, false, true}, request), "http://x.test:8080/there");
  request.view.port = "80";
  EXPECT_EQ(location({"/there", 301, false, true}, request), "http://x.test/there");
  request.view.scheme = "https";
  request.view.port = "443";
  EXPECT_EQ(location({"/there", 301, false, true}, request), "https://x.test/there");
  request.view.host_as_sent = "";
  EXPECT_EQ(location({"/there", 301}, request), "/there") << "HTTP/1.0 without Host";
}

TEST(HostRedirect, KeepsPathQueryAndPort) {
  SampleRequest request("/a%20b/?q=1/");
  const HostRedirect redirect{"www.x.test", 308};
  EXPECT_EQ(redirect.judge(request.view)->location, "http://www.x.test:8080/a%20b/?q=1/");
  EXPECT_EQ(redirect.judge(request.view)->status, 308);
  request.view.host_as_sent = "x.test";
  EXPECT_EQ(redirect.judge(request.view)->location, "http://www.x.test/a%20b/?q=1/");
}

TEST(HostRedirect, KnowsWhatAPortIs) {
  EXPECT_EQ(without_port("a.b:80"), "a.b");
  EXPECT_EQ(without_port("a.b"), "a.b");
  EXPECT_EQ(without_port("[::1]:80"), "[::1]");
  EXPECT_EQ(without_port("[::1]"), "[::1]");
}

TEST(AppRoot, IsForTheRootAlone) {
  const AppRoot root{*Template::parse("/start")};
  EXPECT_EQ(root.judge(SampleRequest("/").view)->location, "http://x.test:8080/start");
  EXPECT_EQ(root.judge(SampleRequest("/?q=1").view)->status, 302);
  EXPECT_EQ(root.judge(SampleRequest("//.//").view)->location, "http://x.test:8080/start");
  EXPECT_FALSE(root.judge(SampleRequest("/start").view));
}

}  // namespace
}  // namespace headgate::policy
