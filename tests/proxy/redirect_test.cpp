#include "proxy/redirect.h"

#include <gtest/gtest.h>

namespace headgate::proxy {
namespace {

std::string https(std::string_view host, const std::string& request_target,
                  router::RedirectRules rules = {}) {
  http::Target target;
  std::string scratch(2 * request_target.size() + 2, '\0');
  const auto parsed = http::parse_target(http::Method::get, request_target, scratch.data(), target);
  EXPECT_EQ(parsed.status, http::ParseStatus::complete) << request_target;
  router::SiteSettings site;
  site.https_port = 8443;
  return https_location(host, request_target, target, rules, site);
}

TEST(HttpsLocation, IsTheTargetAsSentWithoutOneSlashAtItsEnd) {
  EXPECT_EQ(https("a.org", "/"), "https://a.org");
  EXPECT_EQ(https("a.org", "/a"), "https://a.org/a");
  EXPECT_EQ(https("a.org", "/a/"), "https://a.org/a");
  EXPECT_EQ(https("a.org", "/a//"), "https://a.org/a/");
  EXPECT_EQ(https("a.org", "/a?q=/"), "https://a.org/a?q=");
  EXPECT_EQ(https("a.org", "/a/?q=1"), "https://a.org/a/?q=1");
  EXPECT_EQ(https("a.org", "/a/../b%2Fc//d?x=%0d%0a"), "https://a.org/a/../b%2Fc//d?x=%0d%0a");
  EXPECT_EQ(https("a.org", "//evil.org/x"), "https://a.org//evil.org/x") << "the host is ours";
}

TEST(HttpsLocation, NamesNoPortWhereThereIsNone) {
  const std::string text = "/a";
  http::Target target;
  std::string scratch(2 * text.size() + 2, '\0');
  ASSERT_EQ(http::parse_target(http::Method::get, text, scratch.data(), target).status,
            http::ParseStatus::complete);
  router::SiteSettings site;
  site.https_port = 0;
  EXPECT_EQ(https_location("a.org", text, target, {.with_port = true}, site), "https://a.org/a");
}

TEST(HttpsLocation, PreservesTheSlashWhereToldTo) {
  const router::RedirectRules keep{.preserve_trailing_slash = true};
  EXPECT_EQ(https("a.org", "/", keep), "https://a.org/");
  EXPECT_EQ(https("a.org", "/a?q=/", keep), "https://a.org/a?q=/");
}

TEST(HttpsLocation, HasTheHostAsSentWithoutItsPort) {
  EXPECT_EQ(https("A.org:8080", "/x"), "https://A.org/x");
  EXPECT_EQ(https("[::1]:8080", "/x"), "https://[::1]/x");
  EXPECT_EQ(https("[::1]", "/x"), "https://[::1]/x");
  EXPECT_EQ(https("a.org:80", "/x", {.with_port = true}), "https://a.org:8443/x");
}

TEST(HttpsLocation, TakesPathAndQueryOfAnAbsoluteForm) {
  EXPECT_EQ(https("b.org:1", "http://b.org:1/x?y"), "https://b.org/x?y");
  EXPECT_EQ(https("b.org", "http://b.org"), "https://b.org");
  EXPECT_EQ(https("b.org", "HTTP://b.org?q"), "https://b.org/?q");
}

TEST(SlashLocation, AddsASlashBehindThePath) {
  http::Target target;
  target.forward_path = "/foo";
  target.query = "?x=1";
  EXPECT_EQ(slash_location("http", "a.org:81", "81", target, {}), "http://a.org/foo/?x=1");
  EXPECT_EQ(slash_location("http", "a.org", "81", target, {.with_port = true}), "http://a.org:81/foo/?x=1");
  EXPECT_EQ(slash_location("http", "a.org", "80", target, {.with_port = true}), "http://a.org/foo/?x=1");
  EXPECT_EQ(slash_location("https", "a.org", "443", target, {.with_port = true}), "https://a.org/foo/?x=1");
  EXPECT_EQ(slash_location("http", "a.org", "80", target, {.relative = true}), "/foo/?x=1");
  EXPECT_EQ(slash_location("http", "", "80", target, {}), "/foo/?x=1");
}

}  // namespace
}  // namespace headgate::proxy
