// From Ingresses to Routes: hosts, paths, order, conflicts, defaultBackend.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "k8swatch/controller_fixture.h"

namespace headgate::k8swatch {
namespace {

using namespace testing;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class TranslatorRouteTest : public ::testing::Test, public ControllerFixture {
 protected:
  TranslatorRouteTest() {
    put(ingress_class("headgate"));
    for (const char* name : {"web", "api", "old", "new"}) put(service(name));
  }
};

TEST_F(TranslatorRouteTest, RoutesByHostAndPath) {
  put(ingress("i",
              {rule("a.org", {path("/", "web"), path("/api", "api")}), rule("*.b.org", {path("/", "api")})}));
  publish();
  EXPECT_EQ(route("a.org", "/"), "default-web-80");
  EXPECT_EQ(route("a.org", "/api/x"), "default-api-80");
  EXPECT_EQ(route("x.b.org", "/"), "default-api-80");
  EXPECT_EQ(route("x.y.b.org", "/"), "404");
  EXPECT_EQ(route("b.org", "/"), "404");
  EXPECT_THAT(findings(), IsEmpty());
}

TEST_F(TranslatorRouteTest, HostsAreComparedWithoutCase) {
  put(ingress("i", {rule("A.Org", {path("/", "web")})}));
  publish();
  EXPECT_EQ(route("a.org", "/"), "default-web-80");
}

TEST_F(TranslatorRouteTest, TheOldestIngressHasThePath) {
  put(ingress("young", {rule("a.org", {path("/", "new"), path("/own", "new")})}, 200));
  put(ingress("aged", {rule("a.org", {path("/", "old")})}, 100));
  publish();
  EXPECT_EQ(route("a.org", "/"), "default-old-80");
  EXPECT_EQ(route("a.org", "/own"), "default-new-80");
  EXPECT_THAT(findings(),
              ElementsAre("error: Ingress default/young: spec.rules[0].http.paths[0].path: host 'a.org' path "
                          "'/' (Prefix) is served by Ingress default/aged, which comes first; this entry is "
                          "not served"));
}

TEST_F(TranslatorRouteTest, OfOneSecondTheLastNameComesFirst) {
  put(ingress("a", {rule("a.org", {path("/", "old")})}, 100));
  put(ingress("b", {rule("a.org", {path("/", "new")})}, 100));
  publish();
  EXPECT_EQ(route("a.org", "/"), "default-new-80");
}

TEST_F(TranslatorRouteTest, TheNextInLineTakesOverWhenTheWinnerGoes) {
  put(ingress("young", {rule("a.org", {path("/", "new")})}, 200));
  put(ingress("aged", {rule("a.org", {path("/", "old")})}, 100));
  publish();
  remove(Kind::ingress, "aged");
  publish();
  EXPECT_EQ(route("a.org", "/"), "default-new-80");
  EXPECT_THAT(findings(), IsEmpty());
}

TEST_F(TranslatorRouteTest, ExactAndPrefixOfOnePathBothServe) {
  put(ingress("i", {rule("a.org", {path("/foo", "web"), path("/foo", "api", "Exact")})}));
  publish();
  EXPECT_EQ(route("a.org", "/foo"), "default-api-80");
  EXPECT_EQ(route("a.org", "/foo/x"), "default-web-80");
  EXPECT_THAT(findings(), IsEmpty());
}

TEST_F(TranslatorRouteTest, PrefixAndImplementationSpecificContend) {
  put(ingress("i", {rule("a.org", {path("/foo", "web"), path("/foo", "api", "ImplementationSpecific")})}));
  publish();
  EXPECT_EQ(route("a.org", "/foo"), "default-web-80");
  EXPECT_THAT(findings(),
              ElementsAre("error: Ingress default/i: spec.rules[0].http.paths[1].path: host 'a.org' path "
                          "'/foo' (Prefix) is already defined by an earlier entry of this Ingress; this "
                          "entry is not served"));
}

TEST_F(TranslatorRouteTest, TrailingSlashRedirects) {
  put(ingress("i", {rule("a.org", {path("/foo/", "web")})}));
  publish();
  EXPECT_EQ(route("a.org", "/foo"), "redirect");
  EXPECT_EQ(route("a.org", "/foo/"), "default-web-80");
}

TEST_F(TranslatorRouteTest, PathsAreMatchedInTheirNormalForm) {
  put(ingress("i", {rule("a.org", {path("/a//b/../c%20d", "web")})}));
  publish();
  EXPECT_EQ(route("a.org", "/a/c d/x"), "default-web-80");
  EXPECT_THAT(findings(),
              ElementsAre("warning: Ingress default/i: spec.rules[0].http.paths[0].path: '/a//b/../c%20d' is "
                          "matched in its normal form '/a/c d'"));
}

TEST_F(TranslatorRouteTest, ABadRuleOrPathHarmsOnlyItself) {
  put(ingress("i", {rule("10.0.0.1", {path("/", "web")}),
                    rule("a.org", {path("/x", "web", "Regex"), path("y", "web"), path("/z", "web")})}));
  publish();
  EXPECT_EQ(route("a.org", "/z"), "default-web-80");
  EXPECT_EQ(route("a.org", "/x"), "404");
  EXPECT_EQ(route("10.0.0.1", "/"), "404");
  EXPECT_THAT(
      findings(),
      ElementsAre(
          "error: Ingress default/i: spec.rules[0].host: '10.0.0.1' is not a host: expected a DNS name, "
          "not an IP address; the rule is not served",
          "error: Ingress default/i: spec.rules[1].http.paths[0].pathType: 'Regex' is none of Exact, "
          "Prefix, ImplementationSpecific; the path is not served",
          "error: Ingress default/i: spec.rules[1].http.paths[1].path: 'y' is not a path: it does not "
          "begin with '/'; the path is not served"));
}

TEST_F(TranslatorRouteTest, RulesWithoutHostServeUnknownHostsOnly) {
  put(ingress("i", {rule("", {path("/", "web")}), rule("a.org", {path("/api", "api")})}));
  publish();
  EXPECT_EQ(route("b.org", "/x"), "default-web-80");
  EXPECT_EQ(route("", "/"), "default-web-80");
  EXPECT_EQ(route("a.org", "/x"), "404");
}

TEST_F(TranslatorRouteTest, DefaultBackendAloneServesEveryUnknownHost) {
  Ingress i = ingress("i", {});
  i.default_backend = backend("web");
  put(i);
  publish();
  EXPECT_EQ(route("any.org", "/any"), "default-web-80");
}

TEST_F(TranslatorRouteTest, OfTwoDefaultBackendsTheOldestServes) {
  Ingress aged = ingress("aged", {}, 100);
  aged.default_backend = backend("old");
  Ingress young = ingress("young", {}, 200);
  young.default_backend = backend("new");
  put(young);
  put(aged);
  publish();
  EXPECT_EQ(route("any.org", "/"), "default-old-80");
  EXPECT_THAT(findings(),
              ElementsAre("error: Ingress default/young: spec.defaultBackend: host '_' path '/' (Prefix) is "
                          "served by Ingress default/aged, which comes first; this entry is not served"));
}

TEST_F(TranslatorRouteTest, DefaultBackendWithRulesServesTheirHosts) {
  Ingress i = ingress("i", {rule("a.org", {path("/api", "api")}), rule("b.org", {path("/", "api")})});
  i.default_backend = backend("web");
  put(i);
  publish();
  EXPECT_EQ(route("a.org", "/api"), "default-api-80");
  EXPECT_EQ(route("a.org", "/x"), "default-web-80");
  EXPECT_EQ(route("b.org", "/x"), "default-api-80");
  EXPECT_EQ(route("c.org", "/x"), "404");
  EXPECT_THAT(findings(), IsEmpty());
}

TEST_F(TranslatorRouteTest, ARuleForTheRootBeatsADefaultBackendOfAnyAge) {
  Ingress aged = ingress("aged", {rule("a.org", {path("/api", "api")})}, 100);
  aged.default_backend = backend("old");
  put(aged);
  put(ingress("young", {rule("a.org", {path("/", "new")})}, 200));
  publish();
  EXPECT_EQ(route("a.org", "/x"), "default-new-80");
  EXPECT_THAT(findings(), IsEmpty());
}

TEST_F(TranslatorRouteTest, AHostWithoutPathsGoesToTheDefaultBackend) {
  IngressRule bare;
  bare.host = "a.org";
  Ingress i = ingress("i", {bare, bare});
  i.default_backend = backend("web");
  put(i);
  publish();
  EXPECT_EQ(route("a.org", "/x"), "default-web-80");
  EXPECT_EQ(route("b.org", "/x"), "404");
  EXPECT_THAT(findings(), IsEmpty());
}

TEST_F(TranslatorRouteTest, AHostWithoutAnyPathIsKnownAndAnswers404) {
  IngressRule bare;
  bare.host = "a.org";
  put(ingress("i", {bare}));
  put(ingress("j", {rule("", {path("/", "web")})}));
  publish();
  EXPECT_EQ(route("a.org", "/"), "404");
  EXPECT_EQ(route("b.org", "/"), "default-web-80");
}

TEST_F(TranslatorRouteTest, AnIngressOfAnotherClassIsIgnoredUntilItsClassIsOurs) {
  put(ingress_class("other", "example.com/other"));
  Ingress i =
      ingress("i", {rule("a.org", {path("/", "web", "Nonsense")}), rule("b.org", {path("/", "web")})});
  i.class_name = "other";
  put(i);
  publish();
  EXPECT_EQ(route("b.org", "/"), "404");
  EXPECT_THAT(findings(), IsEmpty());
  put(ingress_class("other"));
  publish();
  EXPECT_EQ(route("b.org", "/"), "default-web-80");
  EXPECT_EQ(findings().size(), 1U);
  remove(Kind::ingress_class, "other", "");
  publish();
  EXPECT_EQ(route("b.org", "/"), "404");
  EXPECT_THAT(findings(), IsEmpty());
}

TEST_F(TranslatorRouteTest, AnIngressThatLeavesItsHostTakesItAlong) {
  put(ingress("i", {rule("a.org", {path("/", "web")})}));
  publish();
  put(ingress("i", {rule("b.org", {path("/", "web")})}));
  publish();
  EXPECT_EQ(route("a.org", "/"), "404");
  EXPECT_EQ(route("b.org", "/"), "default-web-80");
  EXPECT_EQ(controller().table()->hosts().size(), 1U);
}

TEST_F(TranslatorRouteTest, DumpShowsRoutesAndEndpoints) {
  put(slice("web-1", "web", {"10.0.0.2", "10.0.0.1"}));
  put(ingress("i", {rule("a.org", {path("/", "web"), path("/api", "api", "Exact", "http")})}));
  publish();
  EXPECT_EQ(controller().dump(),
            "default backend: built-in 404\n"
            "host a.org\n"
            "  prefix / -> forward default-web-80 (Ingress default/i)\n"
            "  exact /api -> forward default-api-http (Ingress default/i)\n"
            "cluster default-api-http (Service default/api, port http)\n"
            "  no endpoints: 503\n"
            "cluster default-web-80 (Service default/web, port 80)\n"
            "  10.0.0.1:8080\n"
            "  10.0.0.2:8080\n");
}

}  // namespace
}  // namespace headgate::k8swatch
