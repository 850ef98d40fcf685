// The annotations about paths, redirects and names: values, hosts of expressions, names that come and go.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "k8swatch/controller_fixture.h"
#include "router/dump.h"

namespace headgate::k8swatch {
namespace {

using namespace testing;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr std::string_view kPrefix = "nginx.ingress.kubernetes.io/";

class RoutingAnnotationsTest : public ::testing::Test, protected ControllerFixture {
 protected:
  RoutingAnnotationsTest() : ControllerFixture(standalone_with_config_map()) {
    put(config_map("settings", {}));
    put(service("web"));
    put(service("api"));
  }
  static Ingress annotated(Ingress result, const StringPairs& annotations) {
    for (const auto& [name, value] : annotations)
      result.metadata.annotations.emplace_back(std::string(kPrefix) + name, value);
    return result;
  }
  static Ingress of(Ingress result, const std::string& namespace_name, std::int64_t created) {
    result.metadata.namespace_name = namespace_name;
    result.metadata.creation_time = created;
    return result;
  }
  // `at` with ImplementationSpecific.
  static IngressPath pattern(const std::string& at, const std::string& service_name = "web") {
    IngressPath result = path(at, service_name);
    result.path_type = "ImplementationSpecific";
    return result;
  }
  bool has_expressions(const std::string& host) {
    publish();
    return controller().table()->match(host, "/").host->expressions() != nullptr;
  }
  std::string host_of(const std::string& host) {
    publish();
    return controller().table()->match(host, "/").host->server_name();
  }
};

TEST_F(RoutingAnnotationsTest, AValueThatIsRefusedIsOneFinding) {
  const struct {
    std::string name;
    std::string value;
    bool is_dropped;
  } cases[] = {
      {"rewrite-target", "/a b", false},
      {"rewrite-target", "/$unknown", false},
      {"rewrite-target", "/a?b=$1", false},
      {"rewrite-target", "/" + std::string(1 << 20, 'a'), false},
      {"use-regex", "perhaps", false},
      {"x-forwarded-prefix", "/a;", true},
      {"upstream-vhost", "a/b", true},
      {"upstream-vhost", "$nothing", true},
      {"permanent-redirect", "https://a/;}", true},
      {"permanent-redirect", "javascript:alert", false},
      {"permanent-redirect-code", "moved", true},
      {"permanent-redirect-code", "309", false},
      {"temporal-redirect", "https://a/$x", true},
      {"temporal-redirect", "ftp://a/", false},
      {"temporal-redirect-code", "308", false},
      {"app-root", "start", false},
      {"app-root", "https://evil.test", false},
      {"from-to-www-redirect", "perhaps", true},
      {"relative-redirects", "perhaps", true},
      {"server-alias", "a.test; return 200", true},
      {"server-alias", "~(", false},
      {"server-alias", "~^(?!www).*$", true},
      {"server-alias", "~^(?=www).*$", false},
  };
  for (const auto& each : cases) {
    put(annotated(ingress("w", {rule("a.org", {path("/", "web")})}), {{each.name, each.value}}));
    publish();
    EXPECT_EQ(findings().size(), 1u) << each.name << ": "
                                     << ::testing::PrintToString(findings()).substr(0, 500);
    EXPECT_THAT(findings(), Contains(HasSubstr("[" + std::string(kPrefix) + each.name + "]")));
    EXPECT_EQ(route("a.org", "/"), each.is_dropped ? "404" : "default-web-80")
        << each.name << " " << each.value;
    for (const std::string& line : findings()) EXPECT_LT(line.size(), 500u);
    remove(Kind::ingress, "w");
    publish();
    EXPECT_THAT(findings(), IsEmpty());
  }
}

TEST_F(RoutingAnnotationsTest, OneIngressTurnsTheHostAndBack) {
  put(ingress("plain", {rule("a.org", {path("/foo", "web")})}));
  EXPECT_FALSE(has_expressions("a.org"));
  EXPECT_EQ(route("a.org", "/foobar"), "404");
  put(annotated(ingress("regex", {rule("a.org", {pattern("/[0-9]+", "api")})}), {{"use-regex", "true"}}));
  EXPECT_TRUE(has_expressions("a.org"));
  EXPECT_EQ(route("a.org", "/FOObar"), "default-web-80");
  EXPECT_EQ(route("a.org", "/12"), "default-api-80");
  remove(Kind::ingress, "regex");
  EXPECT_FALSE(has_expressions("a.org"));
  EXPECT_EQ(route("a.org", "/foobar"), "404");
}

TEST_F(RoutingAnnotationsTest, AGuestTurnsItsOwnPathsAlone) {
  put(of(ingress("owner", {rule("a.org", {path("/", "web"), path("/foo", "web")})}), "default", 1));
  Ingress guest = of(annotated(ingress("guest", {rule("a.org", {pattern("/guest(/|$)(.*)", "api"),
                                                                pattern("/(.|foooooooo)*", "api")})}),
                               {{"rewrite-target", "/$2"}}),
                     "other", 2);
  Service service_of_guest = service("api");
  service_of_guest.metadata.namespace_name = "other";
  put(service_of_guest);
  put(guest);
  publish();
  EXPECT_FALSE(has_expressions("a.org"));
  EXPECT_EQ(route("a.org", "/foo"), "default-web-80");
  EXPECT_EQ(route("a.org", "/FOO"), "default-web-80");
  EXPECT_EQ(route("a.org", "/guest/x"), "other-api-80");
  EXPECT_EQ(route("a.org", "/guests"), "default-web-80");
  const std::vector<std::string> told = findings();
  EXPECT_EQ(std::count_if(told.begin(), told.end(),
                          [](const std::string& each) {
                            return each.find("Ingress other/guest") != std::string::npos &&
                                   each.find("change no paths but its own") != std::string::npos;
                          }),
            1)
      << ::testing::PrintToString(told);
  // The other way round the owner decides, as within one namespace.
  guest.metadata.creation_time = 0;
  put(guest);
  publish();
  EXPECT_TRUE(has_expressions("a.org"));
  EXPECT_THAT(findings(), Not(Contains(HasSubstr("change no paths but its own"))));
}

TEST_F(RoutingAnnotationsTest, AGuestsExactPathTakesNoPrefixPath) {
  const auto exactly = [](const std::string& at) {
    IngressPath result = path(at, "api");
    result.path_type = "Exact";
    return result;
  };
  put(of(ingress("owner", {rule("a.org", {path("/", "web"), path("/foo", "web")})}), "default", 1));
  put(of(ingress("guest", {rule("a.org", {exactly("/"), exactly("/foo"), exactly("/bar")})}), "other", 2));
  publish();
  EXPECT_EQ(route("a.org", "/"), "default-web-80");
  EXPECT_EQ(route("a.org", "/foo"), "default-web-80");
  EXPECT_EQ(route("a.org", "/bar"), "other-api-80");
  EXPECT_THAT(findings(), Contains(HasSubstr("path '/' (Exact) is served by Ingress default/owner")));
  // Within one namespace both are kept, as in ingress-nginx.
  put(of(ingress("same", {rule("a.org", {exactly("/foo")})}), "default", 3));
  publish();
  EXPECT_EQ(route("a.org", "/foo"), "default-api-80");
  EXPECT_EQ(route("a.org", "/foo/x"), "default-web-80");
}

TEST_F(RoutingAnnotationsTest, AGuestsPathWithASlashMoreTakesNoPrefixPath) {
  put(of(ingress("owner", {rule("a.org", {path("/", "web"), path("/admin", "web"), path("/end/", "web")})}),
         "default", 1));
  for (const std::string type : {"Exact", "Prefix", "ImplementationSpecific"}) {
    std::vector<IngressPath> paths;
    for (const std::string at : {"/admin/", "//admin%2f", "/end", "/admin/own/"}) {
      paths.push_back(path(at, "api"));
      paths.back().path_type = type;
    }
    put(of(ingress("guest", {rule("a.org", paths)}), "other", 2));
    publish();
    for (const std::string at : {"/admin", "/admin/", "/admin/x", "/end/", "/end/x"})
      EXPECT_EQ(route("a.org", at), "default-web-80") << type << " " << at;
    EXPECT_EQ(route("a.org", "/end"), "redirect") << type;
    EXPECT_EQ(route("a.org", "/admin/own/"), "other-api-80") << type;
    const std::vector<std::string> told = findings();
    EXPECT_EQ(std::count_if(told.begin(), told.end(),
                            [](const std::string& each) {
                              return each.find("is served by Ingress default/owner") != std::string::npos;
                            }),
              3)
        << ::testing::PrintToString(told);
  }
  // Who was there first keeps what is below; and within one namespace both are kept.
  put(of(ingress("same", {rule("a.org", {path("/admin/", "api")})}), "default", 3));
  publish();
  EXPECT_EQ(route("a.org", "/admin"), "default-web-80");
  EXPECT_EQ(route("a.org", "/admin/x"), "default-api-80");
}

TEST_F(RoutingAnnotationsTest, AGuestsExpressionsBeyondItsBoundAreLeftOutAndTold) {
  const auto owner = [](bool is_regex) {
    Ingress made = of(ingress("owner", {rule("a.org", {pattern("/", "web")})}), "default", 1);
    return is_regex ? annotated(made, {{"use-regex", "true"}}) : made;
  };
  std::vector<IngressPath> paths;
  for (int i = 0; i < 300; ++i) paths.push_back(pattern("/g" + std::to_string(i) + "/[a-z]", "api"));
  for (const std::string space : {"other", "third"}) {
    Service theirs = service("api");
    theirs.metadata.namespace_name = space;
    put(theirs);
  }
  put(owner(false));
  put(of(annotated(ingress("many", {rule("a.org", paths)}), {{"use-regex", "true"}}), "other", 3));
  put(of(ingress("plain", {rule("a.org", {path("/plain", "api"), path("/more", "api")})}), "other", 2));
  put(of(
      annotated(ingress("third", {rule("a.org", {pattern("/third/[a-z]", "api")})}), {{"use-regex", "true"}}),
      "third", 4));
  publish();
  EXPECT_EQ(route("a.org", "/g255/x"), "other-api-80");
  EXPECT_EQ(route("a.org", "/g256/x"), "default-web-80");
  EXPECT_EQ(route("a.org", "/g299/x"), "default-web-80");
  EXPECT_EQ(route("a.org", "/third/x"), "third-api-80") << "another namespace's are counted apart";
  EXPECT_EQ(route("a.org", "/plain/x"), "other-api-80");
  EXPECT_EQ(route("a.org", "/more"), "other-api-80");
  EXPECT_EQ(route("a.org", "/plainly"), "default-web-80");
  const std::vector<std::string> told = findings();
  EXPECT_EQ(std::count_if(told.begin(), told.end(),
                          [](const std::string& each) {
                            return each.find("256 paths may be regular expressions") != std::string::npos;
                          }),
            2)
      << ::testing::PrintToString(told);
  EXPECT_THAT(told, Contains(HasSubstr("44 of this Ingress are too many, '/g256/[a-z]' is the first; they "
                                       "are not served")));
  EXPECT_THAT(told, Contains(HasSubstr("2 of this Ingress are too many, '/plain' is the first; they are "
                                       "matched as they stand")));
  put(owner(true));
  publish();
  EXPECT_EQ(route("a.org", "/g255/x"), "other-api-80");
  EXPECT_EQ(route("a.org", "/more"), "default-web-80");
  EXPECT_THAT(findings(), Contains(HasSubstr("2 of this Ingress are too many, '/plain' is the first; they "
                                             "are not served")));
  // Of the owner itself there are as many as it likes.
  put(of(annotated(ingress("many", {rule("a.org", paths)}), {{"use-regex", "true"}}), "default", 2));
  publish();
  EXPECT_EQ(route("a.org", "/g299/x"), "default-api-80");
}

TEST_F(RoutingAnnotationsTest, ARewriteThatSaysTheSameChangesNothing) {
  put(annotated(ingress("w", {rule("a.org", {path("/foo", "web")})}), {{"rewrite-target", "/foo"}}));
  EXPECT_FALSE(has_expressions("a.org"));
  put(annotated(ingress("w", {rule("a.org", {path("/foo", "web")})}), {{"rewrite-target", "/bar"}}));
  EXPECT_TRUE(has_expressions("a.org"));
}

TEST_F(RoutingAnnotationsTest, ABrokenExpressionCostsItsPathAlone) {
  put(annotated(ingress("w", {rule("a.org", {pattern("/ok/.*"), pattern("/bad("),
                                             pattern("/" + std::string(1 << 20, 'a') + "+"),
                                             pattern("/((a{100}){100}){100}")})}),
                {{"use-regex", "true"}}));
  publish();
  EXPECT_EQ(route("a.org", "/ok/x"), "default-web-80");
  EXPECT_EQ(route("a.org", "/bad("), "404");
  EXPECT_EQ(findings().size(), 3u) << ::testing::PrintToString(findings()).substr(0, 1000);
}

TEST_F(RoutingAnnotationsTest, ANeighbourThatIsNoExpressionServesOn) {
  put(ingress("old", {rule("a.org", {pattern("/odd(path", "web")})}));
  put(annotated(ingress("regex", {rule("a.org", {pattern("/[0-9]+", "api")})}), {{"use-regex", "true"}}));
  publish();
  EXPECT_EQ(route("a.org", "/odd(path/x"), "default-web-80");
  EXPECT_THAT(findings(), Contains(HasSubstr("is matched as it stands")));
}

TEST_F(RoutingAnnotationsTest, AnExpressionWithinPrefixIsNotTakenUnlessItMay) {
  Ingress strict =
      annotated(ingress("w", {rule("a.org", {path("/x/(.*)", "web")})}), {{"use-regex", "true"}});
  put(strict);
  publish();
  EXPECT_EQ(route("a.org", "/x/y"), "404");
  EXPECT_THAT(findings(), Contains(HasSubstr("strict-validate-path-type")));
  put(config_map("settings", {{"strict-validate-path-type", "false"}}));
  publish();
  EXPECT_EQ(route("a.org", "/x/y"), "default-web-80");
}

TEST_F(RoutingAnnotationsTest, AliasesAreOfTheOldestAndNeverOfARule) {
  put(of(annotated(ingress("a", {rule("a.org", {path("/", "web")})}), {{"server-alias", "x.test,~^re"}}),
         "default", 1));
  put(of(annotated(ingress("b", {rule("b.org", {path("/", "api")})}), {{"server-alias", "x.test,~^re"}}),
         "default", 2));
  EXPECT_EQ(host_of("x.test"), "a.org");
  EXPECT_EQ(host_of("re.test"), "a.org");
  EXPECT_THAT(findings(), Contains(HasSubstr("derived from host 'a.org' already")));
  put(ingress("x", {rule("x.test", {path("/", "web")})}));
  EXPECT_EQ(host_of("x.test"), "x.test");
  remove(Kind::ingress, "x");
  EXPECT_EQ(host_of("x.test"), "a.org");
  remove(Kind::ingress, "a");
  EXPECT_EQ(host_of("x.test"), "b.org");
  EXPECT_EQ(host_of("re.test"), "b.org");
  remove(Kind::ingress, "b");
  EXPECT_EQ(host_of("x.test"), "_");
  EXPECT_EQ(host_of("re.test"), "_");
  EXPECT_THAT(findings(), IsEmpty());
}

TEST_F(RoutingAnnotationsTest, APatternTakesNoHostOfAnotherNamespace) {
  put(of(annotated(ingress("evil", {rule("evil.org", {path("/", "web")})}), {{"server-alias", "~."}}), "evil",
         1));
  put(of(annotated(ingress("good", {rule("a.org", {path("/", "web")}), rule("*.b.org", {path("/", "web")})}),
                   {{"server-alias", "x.test"}}),
         "default", 2));
  EXPECT_EQ(host_of("a.org"), "a.org");
  EXPECT_EQ(host_of("c.b.org"), "*.b.org");
  EXPECT_NE(host_of("x.test"), "evil.org");
  EXPECT_EQ(host_of("unknown.test"), "evil.org");
  EXPECT_EQ(host_of(std::string(254, 'a')), "_") << "no name of a host";
}

TEST_F(RoutingAnnotationsTest, PatternsOfOneNamespaceLeaveOthersTheirs) {
  int made = 0;
  for (int i = 0; i < 3; ++i) {
    std::string aliases = "~^evil0";
    for (int n = 1; n < 100; ++n) aliases += ",~^evil" + std::to_string(++made);
    put(of(
        annotated(ingress("evil" + std::to_string(i), {rule(std::to_string(i) + ".org", {path("/", "web")})}),
                  {{"server-alias", aliases}}),
        "evil", 1));
  }
  std::string large = "^large";  // of many steps
  for (int i = 0; i < 190; ++i) large += "[a-z]";
  std::string aliases = "~" + large;
  for (int i = 0; i < 200; ++i) aliases += ",~" + large + std::to_string(i);
  put(of(annotated(ingress("costly", {rule("c.org", {path("/", "web")})}), {{"server-alias", aliases}}),
         "costly", 2));
  put(of(annotated(ingress("good", {rule("a.org", {path("/", "web")})}), {{"server-alias", "~^good"}}),
         "default", 3));
  EXPECT_EQ(host_of("good.test"), "a.org");
  EXPECT_THAT(findings(), Contains(HasSubstr("namespace 'evil' has 256 older ones")));
  EXPECT_THAT(findings(), Contains(HasSubstr("older ones of namespace 'costly' it takes more steps")));
}

TEST_F(RoutingAnnotationsTest, ANamespaceHasAllItsPatternsWhereTheyAreUsualOnes) {
  for (int i = 0; i < 4; ++i) {
    std::string aliases;
    for (int n = 0; n < 64; ++n)
      aliases += (n == 0 ? "~" : ",~") + ("^[a-z0-9-]+\\.tenant" + std::to_string(100 + 64 * i + n)) +
                 "\\.example\\.com$";
    put(annotated(ingress("w" + std::to_string(i), {rule(std::to_string(i) + ".org", {path("/", "web")})}),
                  {{"server-alias", aliases}}));
  }
  EXPECT_EQ(host_of("x-1.tenant100.example.com"), "0.org");
  EXPECT_EQ(host_of("x.tenant355.example.com"), "3.org");
  EXPECT_THAT(findings(), IsEmpty());
}

TEST_F(RoutingAnnotationsTest, AliasesFollowEveryChangeOfTheirHost) {
  put(annotated(ingress("a", {rule("a.org", {path("/one", "web")})}), {{"server-alias", "x.test"}}));
  publish();
  EXPECT_EQ(route("x.test", "/one"), "default-web-80");
  put(annotated(ingress("a", {rule("a.org", {path("/two", "api")})}), {{"server-alias", "x.test"}}));
  publish();
  EXPECT_EQ(route("x.test", "/one"), "404");
  EXPECT_EQ(route("x.test", "/two"), "default-api-80");
  EXPECT_EQ(publish(), nullptr) << "nothing has changed";
}

TEST_F(RoutingAnnotationsTest, GuestsOfAHostDecideNeitherItsNamesNorItsRoot) {
  put(of(ingress("a", {rule("a.org", {path("/", "web")})}), "default", 1));
  put(of(annotated(ingress("guest", {rule("a.org", {path("/guest", "web")})}),
                   {{"server-alias", "x.test,~."}, {"from-to-www-redirect", "true"}, {"app-root", "/evil"}}),
         "other", 2));
  EXPECT_EQ(host_of("x.test"), "_");
  EXPECT_EQ(host_of("www.a.org"), "_");
  EXPECT_EQ(controller().table()->match("a.org", "/").host->app_root(), nullptr);
  EXPECT_THAT(findings(), Contains(HasSubstr("which alone decides about its names")));
  EXPECT_THAT(findings(), Contains(HasSubstr("which alone decides about its '/'")));
}

TEST_F(RoutingAnnotationsTest, TheWwwNameLeadsToTheHostUnlessARuleHasIt) {
  put(annotated(ingress("a", {rule("a.org", {path("/", "web")})}), {{"from-to-www-redirect", "true"}}));
  publish();
  EXPECT_EQ(route("www.a.org", "/x"), "redirected");
  put(ingress("w", {rule("www.a.org", {path("/", "api")})}));
  publish();
  EXPECT_EQ(route("www.a.org", "/x"), "default-api-80");
  EXPECT_THAT(findings(), Contains(HasSubstr("is the host of a rule")));
  remove(Kind::ingress, "w");
  publish();
  EXPECT_EQ(route("www.a.org", "/x"), "redirected");
}

TEST_F(RoutingAnnotationsTest, TheDumpDoesNotDependOnTheOrderOfEvents) {
  std::vector<Ingress> all = {
      annotated(ingress("a", {rule("a.org", {pattern("/a(.*)"), path("/b", "api")})}),
                {{"rewrite-target", "/$1"}}),
      annotated(ingress("b", {rule("b.org", {path("/", "web")})}),
                {{"server-alias", "x.test,~^r"}, {"from-to-www-redirect", "true"}}),
      annotated(ingress("c", {rule("a.org", {path("/c", "web")})}), {{"server-alias", "x.test"}}),
  };
  for (const Ingress& each : all) put(each);
  publish();
  ControllerFixture other(standalone_with_config_map());
  other.put(config_map("settings", {}));
  for (auto at = all.rbegin(); at != all.rend(); ++at) {
    other.put(*at);
    other.publish();
  }
  other.put(service("web"));
  other.put(service("api"));
  other.publish();
  EXPECT_EQ(router::dump(*controller().table()), router::dump(*other.controller().table()));
}

}  // namespace
}  // namespace headgate::k8swatch
