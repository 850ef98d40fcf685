#include "router/routing_table.h"

#include <gtest/gtest.h>

#include "router/drafts.h"
#include "router/dump.h"

namespace headgate::router {
namespace {

using namespace testing;

std::string ask(const RoutingTable& table, std::string_view host_name, std::string_view path) {
  return answer(table.match(host_name, path).route);
}

std::shared_ptr<const RoutingTable> sample() {
  TableBuilder builder;
  builder.replace(host("_", {prefix("/any", "any")}));
  builder.replace(host("foo.bar.com", {prefix("/", "foo-bar")}));
  builder.replace(host("*.foo.com", {prefix("/app", "wild")}));
  return builder.build(1);
}

TEST(RoutingTable, EmptyTableAnswersNotFound) {
  const auto table = TableBuilder().build(3);
  EXPECT_EQ(ask(*table, "a.b", "/"), "404");
  EXPECT_EQ(ask(*table, "", "/"), "404");
  EXPECT_EQ(table->match("a.b", "/").host->host(), "_");
  EXPECT_EQ(table->generation(), 3U);
}

TEST(RoutingTable, UnknownHostGetsTheRulesWithoutHost) {
  const auto table = sample();
  EXPECT_EQ(ask(*table, "unknown.org", "/any"), "any");
  EXPECT_EQ(ask(*table, "", "/any/x"), "any");
  EXPECT_EQ(ask(*table, "foo.com", "/any"), "any");
  EXPECT_EQ(ask(*table, "unknown.org", "/other"), "404");
}

TEST(RoutingTable, KnownHostNeverFallsBackToTheRulesWithoutHost) {
  const auto table = sample();
  EXPECT_EQ(ask(*table, "x.foo.com", "/app"), "wild");
  EXPECT_EQ(ask(*table, "x.foo.com", "/any"), "404");
}

TEST(RoutingTable, DefaultRouteAnswersWhatNobodyClaims) {
  TableBuilder builder(*sample());
  builder.set_default_route(std::make_shared<const Route>(prefix("/", "fallback").route));
  const auto table = builder.build(2);
  EXPECT_EQ(ask(*table, "unknown.org", "/other"), "fallback");
  EXPECT_EQ(ask(*table, "x.foo.com", "/any"), "fallback");
  EXPECT_EQ(ask(*table, "foo.bar.com", "/any"), "foo-bar");
}

TEST(RoutingTable, PathWithoutServiceIsAnsweredByTheDefaultRoute) {
  RouteDraft resource = prefix("/static", "");
  resource.route.action = RouteAction::not_found;
  resource.route.cluster = nullptr;
  TableBuilder builder;
  builder.replace(host("a.b", {prefix("/", "web"), std::move(resource)}));
  const auto table = builder.build(1);
  EXPECT_EQ(ask(*table, "a.b", "/x"), "web");
  EXPECT_EQ(table->match("a.b", "/static/x").route, &table->default_route());
}

TEST(TableBuilder, SharesUnchangedHosts) {
  const auto before = sample();
  TableBuilder builder(*before);
  builder.replace(host("new.org", {prefix("/", "new")}));
  builder.remove("*.foo.com");
  const auto after = builder.build(2);
  EXPECT_EQ(after->find_host("foo.bar.com"), before->find_host("foo.bar.com"));
  EXPECT_EQ(after->find_host("_"), before->find_host("_"));
  EXPECT_EQ(ask(*after, "new.org", "/"), "new");
  EXPECT_EQ(after->find_host("*.foo.com"), nullptr);
  EXPECT_NE(before->find_host("*.foo.com"), nullptr);
}

TEST(TableBuilder, RemovingTheDefaultHostLeavesAnEmptyOne) {
  TableBuilder builder(*sample());
  builder.remove("_");
  const auto table = builder.build(2);
  EXPECT_EQ(ask(*table, "unknown.org", "/any"), "404");
  EXPECT_EQ(table->match("unknown.org", "/any").host->host(), "_");
}

TEST(Dump, IsSortedAndComplete) {
  TableBuilder builder(*sample());
  RouteDraft tuned = exact("/big", "big");
  tuned.route.settings.max_body_bytes = 8192;
  tuned.route.settings.tries = 1;
  builder.replace(host("a.org", {prefix("/x/", "x"), std::move(tuned)}));
  EXPECT_EQ(dump(*builder.build(9)),
            "default backend: built-in 404\n"
            "host _\n"
            "  prefix /any -> forward any (Ingress default/web)\n"
            "host *.foo.com\n"
            "  prefix /app -> forward wild (Ingress default/web)\n"
            "host a.org\n"
            "  exact /big -> forward big (Ingress default/web) max-body=8192 tries=1\n"
            "  exact /x -> redirect to /x/ (Ingress default/web)\n"
            "  prefix /x/ -> forward x (Ingress default/web)\n"
            "host foo.bar.com\n"
            "  prefix / -> forward foo-bar (Ingress default/web)\n");
}

}  // namespace
}  // namespace headgate::router
