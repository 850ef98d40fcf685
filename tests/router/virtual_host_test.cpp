// The path rules of one host, as Kubernetes and nginx have them.
#include "router/virtual_host.h"

#include <gtest/gtest.h>

#include "router/drafts.h"

namespace headgate::router {
namespace {

using namespace testing;

std::string ask(const std::shared_ptr<const VirtualHost>& virtual_host, std::string_view path) {
  return answer(virtual_host->find(path));
}

TEST(VirtualHost, ExactMatchesOnlyItself) {
  const auto h = host("a", {exact("/foo", "c")});
  EXPECT_EQ(ask(h, "/foo"), "c");
  EXPECT_EQ(ask(h, "/foo/"), "none");
  EXPECT_EQ(ask(h, "/FOO"), "none");
  EXPECT_EQ(ask(h, "/foobar"), "none");
  EXPECT_EQ(ask(h, "/bar"), "none");
  EXPECT_EQ(ask(h, "/"), "none");
}

TEST(VirtualHost, PrefixMatchesWholePathElements) {
  const auto h = host("a", {prefix("/foo", "foo"), prefix("/aaa", "aaa"), prefix("/aaa/bbb", "bbb")});
  EXPECT_EQ(ask(h, "/foo"), "foo");
  EXPECT_EQ(ask(h, "/foo/"), "foo");
  EXPECT_EQ(ask(h, "/foo/x/y"), "foo");
  EXPECT_EQ(ask(h, "/foobar"), "none");
  EXPECT_EQ(ask(h, "/aaa/bbb"), "bbb");
  EXPECT_EQ(ask(h, "/aaa/bbb/ccc"), "bbb");
  EXPECT_EQ(ask(h, "/aaa/ccc"), "aaa");
  EXPECT_EQ(ask(h, "/aaaccc"), "none");
  EXPECT_EQ(ask(h, "/aaa/bbbb"), "aaa");
}

TEST(VirtualHost, RootPrefixTakesEverythingElse) {
  const auto h = host("a", {prefix("/", "root"), prefix("/foo", "foo")});
  EXPECT_EQ(ask(h, "/"), "root");
  EXPECT_EQ(ask(h, "/x"), "root");
  EXPECT_EQ(ask(h, "/foobar"), "root");
  EXPECT_EQ(ask(h, "/foo/"), "foo");
}

TEST(VirtualHost, RootExactTakesOnlyTheRoot) {
  const auto h = host("a", {exact("/", "root"), prefix("/", "rest")});
  EXPECT_EQ(ask(h, "/"), "root");
  EXPECT_EQ(ask(h, "/x"), "rest");
}

TEST(VirtualHost, ExactBeatsPrefixOfTheSamePath) {
  for (const bool exact_first : {true, false}) {
    std::vector<RouteDraft> routes = {exact("/foo", "exact"), prefix("/foo", "prefix")};
    if (!exact_first) std::swap(routes[0], routes[1]);
    const auto h = host("a", std::move(routes));
    EXPECT_EQ(ask(h, "/foo"), "exact");
    EXPECT_EQ(ask(h, "/foo/"), "prefix");
    EXPECT_EQ(ask(h, "/foo/bar"), "prefix");
  }
}

TEST(VirtualHost, ImplementationSpecificMatchesAsPrefix) {
  const auto h = host("a", {route(PathType::implementation_specific, "/foo", "c")});
  EXPECT_EQ(ask(h, "/foo"), "c");
  EXPECT_EQ(ask(h, "/foo/x"), "c");
  EXPECT_EQ(ask(h, "/foobar"), "none");
}

TEST(VirtualHost, PrefixWithTrailingSlashRedirectsThePathWithoutIt) {
  const auto h = host("a", {prefix("/", "root"), prefix("/foo/", "foo")});
  EXPECT_EQ(ask(h, "/foo"), "redirect");
  EXPECT_EQ(ask(h, "/foo/"), "foo");
  EXPECT_EQ(ask(h, "/foo/x"), "foo");
  EXPECT_EQ(ask(h, "/foobar"), "root");
}

TEST(VirtualHost, TrailingSlashRedirectYieldsToARouteOfThatPath) {
  const auto with_exact = host("a", {prefix("/foo/", "slash"), exact("/foo", "own")});
  EXPECT_EQ(ask(with_exact, "/foo"), "own");
  EXPECT_EQ(ask(with_exact, "/foo/"), "slash");
  const auto with_prefix = host("a", {prefix("/foo/", "slash"), prefix("/foo", "own")});
  EXPECT_EQ(ask(with_prefix, "/foo"), "own");
  EXPECT_EQ(ask(with_prefix, "/foo/x"), "slash");
}

TEST(VirtualHost, ExactWithTrailingSlashDoesNotRedirect) {
  const auto h = host("a", {exact("/foo/", "c")});
  EXPECT_EQ(ask(h, "/foo/"), "c");
  EXPECT_EQ(ask(h, "/foo"), "none");
  EXPECT_EQ(ask(h, "/foo/x"), "none");
}

TEST(VirtualHost, RedirectKeepsTheSlotOfItsRoute) {
  RouteDraft draft = prefix("/foo/", "c");
  draft.route.slot = 17;
  const auto h = host("a", {std::move(draft)});
  ASSERT_NE(h->find("/foo"), nullptr);
  EXPECT_EQ(h->find("/foo")->slot, 17U);
  EXPECT_EQ(h->find("/foo")->cluster, nullptr);
}

TEST(VirtualHost, MatchesTheNormalFormNotTheWrittenPath) {
  RouteDraft draft = prefix("/a//b", "c");
  draft.match_path = "/a/b";
  const auto h = host("a", {std::move(draft)});
  EXPECT_EQ(ask(h, "/a/b/x"), "c");
  EXPECT_EQ(h->routes().front().path, "/a//b");
}

}  // namespace
}  // namespace headgate::router
