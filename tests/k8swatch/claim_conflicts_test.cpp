// Which paths are somebody else's, as the admission webhook tells it.
#include "k8swatch/claim_conflicts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cctype>

#include "k8swatch/admission_fixture.h"

namespace headgate::k8swatch {
namespace {

using namespace testing;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class ClaimConflicts : public AdmissionTest {};

struct Claim {
  const char* host;
  const char* path;
  const char* type;
};

struct ConflictCase {
  const char* what;
  Claim held;
  Claim asked;
  const char* conflict;  // the path in the reason; null: none
};

const ConflictCase kConflicts[] = {
    {"the same", {"a.org", "/x", "Prefix"}, {"a.org", "/x", "Prefix"}, "/x"},
    {"the same, Exact", {"a.org", "/x", "Exact"}, {"a.org", "/x", "Exact"}, "/x"},
    {"Prefix after Exact", {"a.org", "/x", "Exact"}, {"a.org", "/x", "Prefix"}, "/x"},
    {"ImplementationSpecific is Prefix",
     {"a.org", "/x", "ImplementationSpecific"},
     {"a.org", "/x", "Prefix"},
     "/x"},
    {"no type is Prefix", {"a.org", "/x", ""}, {"a.org", "/x", "Prefix"}, "/x"},
    {"another host", {"a.org", "/x", "Prefix"}, {"b.org", "/x", "Prefix"}, nullptr},
    {"another path", {"a.org", "/x", "Prefix"}, {"a.org", "/y", "Prefix"}, nullptr},
    {"another path of 64 bytes more",
     {"a.org", "/x", "Prefix"},
     {"a.org", "/xaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "Prefix"},
     nullptr},
    {"a path below", {"a.org", "/", "Prefix"}, {"a.org", "/x", "Prefix"}, nullptr},
    {"upper and lower case of hosts", {"A.org", "/x", "Prefix"}, {"a.ORG", "/x", "Prefix"}, "/x"},
    {"upper and lower case of paths", {"a.org", "/X", "Prefix"}, {"a.org", "/x", "Prefix"}, nullptr},
    {"no host", {"", "/", "Prefix"}, {"", "/", "Prefix"}, "/"},
    {"no host and a host", {"", "/", "Prefix"}, {"a.org", "/", "Prefix"}, nullptr},
    {"a wildcard", {"*.a.org", "/", "Prefix"}, {"*.a.org", "/", "Prefix"}, "/"},
    {"a wildcard and a host below it", {"*.a.org", "/", "Prefix"}, {"x.a.org", "/", "Prefix"}, nullptr},
    {"no path is /", {"a.org", "", "Prefix"}, {"a.org", "/", "Prefix"}, "/"},
    {"the same in its normal form",
     {"a.org", "/x//y", "ImplementationSpecific"},
     {"a.org", "/x/./%79", "ImplementationSpecific"},
     "/x/y"},
    {"the same with an encoded percent sign",
     {"a.org", "/a%2520b", "ImplementationSpecific"},
     {"a.org", "/a%2520b", "ImplementationSpecific"},
     "/a%20b"},
    {"Exact paths with a slash more", {"a.org", "/x/", "Exact"}, {"a.org", "/x", "Exact"}, nullptr},
    {"Prefix beside an Exact path with a slash more",
     {"a.org", "/x/", "Exact"},
     {"a.org", "/x", "Prefix"},
     nullptr},
    {"a path that is not served", {"a.org", "x", "Prefix"}, {"a.org", "/x", "Prefix"}, nullptr},
};

TEST_F(ClaimConflicts, DeniesAPathThatAnotherIngressServes) {
  for (const ConflictCase& each : kConflicts) {
    fixture_->put(
        in("shop", ingress("old", {rule(each.held.host, {path(each.held.path, "web", each.held.type)})})));
    const std::vector<std::string> found =
        reasons(ingress("new", {rule(each.asked.host, {path(each.asked.path, "web", each.asked.type)})}));
    if (each.conflict == nullptr) {
      EXPECT_THAT(found, IsEmpty()) << each.what;
    } else {
      std::string host = *each.asked.host == '\0' ? "_" : each.asked.host;
      for (char& c : host) c = static_cast<char>(std::tolower(c));
      EXPECT_THAT(found, ElementsAre(taken(host, each.conflict, "shop/old"))) << each.what;
    }
  }
}

// What would take requests from a Prefix path of others, as the translator has it. Within one namespace
// people may do that, as with ingress-nginx.
TEST_F(ClaimConflicts, APrefixPathOfAnotherNamespaceIsNotOverridden) {
  struct Case {
    Claim held;
    Claim asked;
  };
  const Case cases[] = {
      {{"a.org", "/x", "Prefix"}, {"a.org", "/x", "Exact"}},
      {{"a.org", "/", "Prefix"}, {"a.org", "/", "Exact"}},
      {{"a.org", "/x", "Prefix"}, {"a.org", "/x/", "Prefix"}},
      {{"a.org", "/x/", "Prefix"}, {"a.org", "/x", "Prefix"}},
      {{"a.org", "/x", "Prefix"}, {"a.org", "/x/", "Exact"}},
      {{"a.org", "/x/", "ImplementationSpecific"}, {"a.org", "/x", "Exact"}},
      {{"a.org", "/a%2520b", "ImplementationSpecific"}, {"a.org", "//a%2520b/", "ImplementationSpecific"}},
      {{"", "/x", ""}, {"", "/x/", ""}},
  };
  for (const Case& each : cases) {
    const Ingress held =
        ingress("old", {rule(each.held.host, {path(each.held.path, "web", each.held.type)})});
    const Ingress asked =
        ingress("new", {rule(each.asked.host, {path(each.asked.path, "web", each.asked.type)})});
    fixture_->put(in("shop", held));
    const std::string both = std::string(each.held.path) + ", " + each.asked.path;
    const std::vector<std::string> found = reasons(asked);
    ASSERT_EQ(found.size(), 1u) << both;
    EXPECT_THAT(found[0], AllOf(HasSubstr("is already defined in ingress shop/old: as the Prefix path \""),
                                HasSubstr("of another namespace")))
        << both;
    EXPECT_TRUE(decide(in("shop", asked)).is_allowed()) << both;
    EXPECT_TRUE(decide(with(asked, "canary", "true")).is_allowed()) << "a canary has no path: " << both;
    fixture_->put(in("shop", with(held, "canary", "true")));
    EXPECT_TRUE(decide(asked).is_allowed()) << both;
    fixture_->put(in("shop", held));
  }
}

TEST_F(ClaimConflicts, WhoOverridesAPrefixPathOfOthersAlreadyIsNotHeldUp) {
  fixture_->put(ingress("first", {rule("a.org", {path("/x/", "web")})}, 1));
  fixture_->put(in("shop", ingress("second", {rule("a.org", {path("/x", "web")})}, 2)));
  EXPECT_TRUE(
      decide(ingress("first", {rule("a.org", {path("/x/", "web"), path("/b", "web")})}, 1)).is_allowed());
  EXPECT_EQ(reasons(in("shop", ingress("second", {rule("a.org", {path("/x", "web"), path("/b", "web")})}, 2)))
                .size(),
            1u);
  EXPECT_EQ(
      reasons(ingress("first", {rule("a.org", {path("/x/", "web"), path("/x", "web", "Exact")})}, 1)).size(),
      1u)
      << "what it has not yet";
}

// More paths than are compared one by one, and more Ingresses than fit into a few bits.
TEST_F(ClaimConflicts, FindsTheOnePathAmongMany) {
  for (int i = 0; i < 300; ++i)
    fixture_->put(
        ingress("old" + std::to_string(i), {rule("a.org", {path("/" + std::to_string(i), "web")})}));
  Ingress many = ingress("new", {rule("a.org", {path("/300", "web")})});
  for (int i = 301; i < 340; ++i) {
    EXPECT_TRUE(decide(many).is_allowed());
    many.rules[0].paths.push_back(path("/" + std::to_string(i), "web"));
  }
  many.rules[0].paths.push_back(path("/17", "web"));
  EXPECT_THAT(reasons(many),
              ElementsAre(taken("a.org", "/17", "default/old17", "spec.rules[0].http.paths[40].path")));
  for (int i = 0; i < 300; ++i)
    EXPECT_THAT(reasons(ingress("new", {rule("a.org", {path("/" + std::to_string(i), "web")})})),
                ElementsAre(taken("a.org", "/" + std::to_string(i), "default/old" + std::to_string(i))));
}

TEST_F(ClaimConflicts, AForeignIngressHoldsNoPath) {
  Ingress foreign = ingress("old", {rule("a.org", {path("/", "web")})});
  foreign.class_name = "other";
  fixture_->put(foreign);
  EXPECT_TRUE(decide(good_).is_allowed());
  foreign.class_name = "headgate";
  fixture_->put(foreign);
  EXPECT_FALSE(decide(good_).is_allowed());
  fixture_->put(ingress_class("headgate", "example.org/other"));
  fixture_->put(ingress_class("ours"));
  good_.class_name = "ours";
  EXPECT_TRUE(decide(good_).is_allowed()) << "its class has changed hands";
}

TEST_F(ClaimConflicts, AnUpdateIsComparedWithTheOthersOnly) {
  fixture_->put(ingress("new", {rule("a.org", {path("/", "web"), path("/x", "web", "Exact")})}, 5));
  fixture_->put(ingress("other", {rule("b.org", {path("/", "web")})}, 4));
  good_.metadata.creation_time = 5;
  EXPECT_TRUE(decide(good_).is_allowed());
  good_.rules[0].paths.push_back(path("/x", "web"));
  EXPECT_TRUE(decide(good_).is_allowed()) << "the Exact path is its own";
  good_.rules.push_back(rule("b.org", {path("/", "web")}));
  EXPECT_THAT(reasons(good_),
              ElementsAre(taken("b.org", "/", "default/other", "spec.rules[1].http.paths[0].path")));
}

TEST_F(ClaimConflicts, AnOlderIngressDoesNotTakeAPathAway) {
  fixture_->put(ingress("new", {rule("c.org", {path("/", "web")})}, 1));
  fixture_->put(ingress("other", {rule("a.org", {path("/", "web")})}, 9));
  good_.metadata.creation_time = 1;
  EXPECT_THAT(reasons(good_), ElementsAre(taken("a.org", "/", "default/other")));
}

// Both were written while nobody looked. The one that is served can still be changed.
TEST_F(ClaimConflicts, WhoServesAPathIsNotHeldUpByWhoDoesNot) {
  fixture_->put(ingress("first", {rule("a.org", {path("/", "web")})}, 1));
  fixture_->put(ingress("second", {rule("a.org", {path("/", "web")})}, 2));
  EXPECT_TRUE(
      decide(ingress("first", {rule("a.org", {path("/", "web"), path("/b", "web")})}, 1)).is_allowed());
  EXPECT_THAT(reasons(ingress("second", {rule("a.org", {path("/", "web"), path("/b", "web")})}, 2)),
              ElementsAre(taken("a.org", "/", "default/first")));
  EXPECT_THAT(reasons(good_), ElementsAre(taken("a.org", "/", "default/first")));
}

TEST_F(ClaimConflicts, EachPathThatIsTakenIsAReason) {
  fixture_->put(ingress("one", {rule("a.org", {path("/x", "web")})}));
  fixture_->put(ingress("two", {rule("a.org", {path("/y", "web")}), rule("b.org", {path("/", "web")})}));
  EXPECT_THAT(
      reasons(ingress("new", {rule("a.org", {path("/x", "web"), path("/free", "web"), path("/y", "web")}),
                              rule("b.org", {path("/", "web")})})),
      ElementsAre(taken("a.org", "/x", "default/one"),
                  taken("a.org", "/y", "default/two", "spec.rules[0].http.paths[2].path"),
                  taken("b.org", "/", "default/two", "spec.rules[1].http.paths[0].path")));
}

TEST_F(ClaimConflicts, APathTwiceInOneIngressIsDenied) {
  EXPECT_THAT(
      reasons(ingress("new", {rule("a.org", {path("/x", "web")}), rule("A.org", {path("/x", "web")})})),
      ElementsAre("spec.rules[1].http.paths[0].path: host \"a.org\" and path \"/x\" is already "
                  "defined by an earlier entry of this Ingress"));
  EXPECT_TRUE(
      decide(ingress("new", {rule("a.org", {path("/x", "web"), path("/x", "web", "Exact")})})).is_allowed());
}

TEST_F(ClaimConflicts, CanariesMeetOnlyCanaries) {
  struct Case {
    const char* held;  // the annotation; null: none
    const char* asked;
    bool is_allowed;
  };
  const Case cases[] = {
      {nullptr, nullptr, false}, {nullptr, "true", true},   {"true", nullptr, true},
      {"true", "true", false},   {nullptr, "false", false}, {"false", "true", true},
      {"false", "false", false}, {nullptr, "", false},      {"1", "t", false},
      {"false", nullptr, false}, {nullptr, "yes", false},   {"true", "false", true},
  };
  for (const Case& each : cases) {
    Ingress held = ingress("old", {rule("a.org", {path("/", "web")})});
    Ingress asked = good_;
    if (each.held != nullptr) held = with(held, "canary", each.held);
    if (each.asked != nullptr) asked = with(asked, "canary", each.asked);
    fixture_->put(held);
    EXPECT_EQ(decide(asked).is_allowed(), each.is_allowed)
        << (each.held == nullptr ? "none" : each.held) << ", "
        << (each.asked == nullptr ? "none" : each.asked);
  }
}

TEST_F(ClaimConflicts, ACanaryThatBecomesTheMainIngressMeetsTheMainIngress) {
  fixture_->put(with(ingress("new", {rule("a.org", {path("/", "web")})}, 1), "canary", "true"));
  fixture_->put(ingress("main", {rule("a.org", {path("/", "web")})}, 2));
  EXPECT_THAT(reasons(good_), ElementsAre(taken("a.org", "/", "default/main")));
}

TEST_F(ClaimConflicts, ADefaultBackendWithoutRulesIsAPath) {
  Ingress catch_all = ingress("old", {});
  catch_all.default_backend = backend("web");
  fixture_->put(catch_all);
  EXPECT_THAT(reasons(ingress("new", {rule("", {path("/", "web")})})),
              ElementsAre(taken("_", "/", "default/old")));
  EXPECT_TRUE(decide(ingress("new", {rule("", {path("/x", "web")})})).is_allowed());
  Ingress second = catch_all;
  second.metadata.name = "new";
  EXPECT_THAT(reasons(second), ElementsAre(taken("_", "/", "default/old", "spec.defaultBackend")));
  EXPECT_TRUE(decide(catch_all).is_allowed()) << "its own";
  good_.default_backend = backend("web");
  EXPECT_TRUE(decide(good_).is_allowed()) << "that of its hosts";
}

TEST_F(ClaimConflicts, ResourceBackendsAreNotLookedAt) {
  fixture_->put(ingress("old", {rule("a.org", {path("/", "web")})}));
  good_.rules[0].paths[0].backend = {};
  EXPECT_TRUE(decide(good_).is_allowed());
}

TEST_F(ClaimConflicts, AVersionThatIsRefusedHoldsNothing) {
  fixture_->put(with(ingress("old", {rule("a.org", {path("/", "web")})}), "ssl-passthrough", "maybe"));
  EXPECT_TRUE(decide(good_).is_allowed());
}

}  // namespace
}  // namespace headgate::k8swatch
