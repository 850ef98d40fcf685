#include "router/explain.h"

#include <gtest/gtest.h>

#include "router/drafts.h"

namespace headgate::router {
namespace {

using namespace testing;

std::shared_ptr<const RoutingTable> sample() {
  TableBuilder builder;
  builder.replace(host("a.org", {prefix("/", "root"), prefix("/foo", "foo"), exact("/foo/bar", "bar")}));
  builder.replace(host("*.org", {prefix("/w", "wild")}));
  return builder.build(1);
}

TEST(Explain, NamesWinnerAndCandidates) {
  EXPECT_EQ(
      explain(*sample(), "a.org", "/foo/bar"),
      "host a.org: the exact name\n"
      "  chosen: exact /foo/bar -> forward bar (Ingress default/web) [exactly /foo/bar]: an exact match "
      "beats every prefix\n"
      "  passed over: prefix /foo -> forward foo (Ingress default/web) [/foo/…]\n"
      "  passed over: prefix / -> forward root (Ingress default/web) [/…]\n"
      "answered by: exact /foo/bar -> forward bar (Ingress default/web)\n");
}

TEST(Explain, NamesTheWildcardAndTheDefaultBackend) {
  EXPECT_EQ(explain(*sample(), "b.org", "/x"),
            "host *.org: the wildcard covers 'b.org' with one label, and no exact name does\n"
            "  no path of this host matches '/x'\n"
            "answered by the default backend: built-in 404\n");
}

TEST(Explain, SaysThatNoHostMatches) {
  EXPECT_EQ(explain(*sample(), "b.com", "/x"),
            "host _: no host of the table is 'b.com' or a wildcard that covers it\n"
            "  no path of this host matches '/x'\n"
            "answered by the default backend: built-in 404\n");
}

}  // namespace
}  // namespace headgate::router
