// Canaries in the table: who attaches to whom, their Clusters and slots over changes, and what is refused.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "k8swatch/controller_fixture.h"
#include "router/backend_choice.h"

namespace headgate::k8swatch {
namespace {

using namespace testing;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class TranslatorCanaryTest : public ::testing::Test, protected ControllerFixture {
 protected:
  TranslatorCanaryTest() : ControllerFixture(standalone_with_config_map()) {
    for (const char* name : {"web", "next", "third"}) put(service(name));
    put(config_map("settings", {}));
  }

  static Ingress one(const std::string& name, const std::string& to, const StringPairs& annotations = {},
                     const std::string& type = "Prefix") {
    Ingress result = ingress(name, {rule("a.org", {path("/", to, type)})});
    for (const auto& [key, value] : annotations)
      result.metadata.annotations.emplace_back("nginx.ingress.kubernetes.io/" + key, value);
    return result;
  }
  static Ingress canary(const std::string& name, const std::string& to, StringPairs annotations = {},
                        const std::string& type = "Prefix") {
    annotations.emplace_back("canary", "true");
    return one(name, to, annotations, type);
  }
  // The canaries of "/".
  std::vector<std::string> canaries() {
    std::vector<std::string> names;
    for (const router::Alternative& each : alternatives()) names.push_back(each.cluster->name);
    return names;
  }
  std::vector<router::Alternative> alternatives() {
    publish();
    const router::Route* const route = controller().table()->match("a.org", "/").route;
    return route->backends.choice == nullptr ? std::vector<router::Alternative>()
                                             : route->backends.choice->alternatives;
  }
  using Names = std::vector<std::string>;
};

TEST_F(TranslatorCanaryTest, AttachesToItsPrimaryWhicheverComesFirst) {
  put(canary("next", "next", {{"canary-weight", "10"}}));
  EXPECT_EQ(canaries(), Names());
  EXPECT_EQ(route("a.org", "/"), "404");
  EXPECT_THAT(findings(), Contains(HasSubstr("gets nothing as a canary")));
  put(one("web", "web"));
  EXPECT_EQ(canaries(), Names{"default-next-80"});
  EXPECT_THAT(findings(), IsEmpty());
}

TEST_F(TranslatorCanaryTest, ExactAndPrefixAreApart) {
  put(one("web", "web"));
  put(canary("next", "next", {}, "Exact"));
  EXPECT_EQ(canaries(), Names());
  put(canary("next", "next", {}, "ImplementationSpecific"));
  EXPECT_EQ(canaries(), Names{"default-next-80"});
}

TEST_F(TranslatorCanaryTest, SeveralAreInOrderOfAge) {
  put(one("web", "web"));
  Ingress young = canary("b", "next");
  young.metadata.creation_time = 200;
  Ingress old = canary("a", "third");
  old.metadata.creation_time = 100;
  put(young);
  put(old);
  EXPECT_EQ(canaries(), (Names{"default-third-80", "default-next-80"}));
}

TEST_F(TranslatorCanaryTest, ItsClusterComesAndGoesWithIt) {
  put(one("web", "web"));
  publish();
  put(canary("next", "next"));
  const auto added = publish();
  ASSERT_NE(added, nullptr);
  ASSERT_EQ(added->clusters.size(), 1U);
  EXPECT_EQ(added->clusters[0].cluster->name, "default-next-80");
  put(canary("next", "next", {{"canary-weight", "5"}}));
  EXPECT_THAT(publish()->clusters, IsEmpty()) << "another weight, the same Cluster";
  remove(Kind::ingress, "next");
  const auto removed = publish();
  ASSERT_EQ(removed->clusters.size(), 1U);
  EXPECT_EQ(removed->clusters[0].endpoints, nullptr);
}

TEST_F(TranslatorCanaryTest, ItsSlotIsItsOwnAndLastsAsLongAsItsService) {
  put(one("web", "web"));
  put(canary("next", "next"));
  const router::RouteSlot slot = alternatives().at(0).slot;
  EXPECT_NE(slot, controller().table()->match("a.org", "/").route->slot);
  put(canary("next", "next", {{"canary-weight", "5"}}));
  EXPECT_EQ(alternatives().at(0).slot, slot);
  put(canary("next", "third"));
  const auto changed = publish();
  EXPECT_THAT(changed->removed_routes, Contains(slot));
  EXPECT_NE(alternatives().at(0).slot, slot);
}

TEST_F(TranslatorCanaryTest, SessionsAreThoseOfThePrimaryUnlessLegacy) {
  put(one("web", "web", {{"affinity", "cookie"}, {"session-cookie-name", "route"}}));
  put(canary("next", "next"));
  ASSERT_TRUE(alternatives().at(0).balancing.affinity);
  EXPECT_EQ(alternatives().at(0).balancing.affinity->cookie, "route");
  put(canary("next", "next", {{"affinity-canary-behavior", "legacy"}}));
  EXPECT_FALSE(alternatives().at(0).balancing.affinity);
}

TEST_F(TranslatorCanaryTest, AnotherNamespaceIsRefusedUnlessAllowed) {
  put(one("web", "web"));
  Ingress foreign = canary("next", "next");
  foreign.metadata.namespace_name = "other";
  put(foreign);
  EXPECT_EQ(canaries(), Names());
  EXPECT_THAT(findings(), Contains(HasSubstr("of another namespace")));
  put(config_map("settings", {{"allow-cross-namespace-resources", "true"}}));
  EXPECT_EQ(canaries(), Names{"other-next-80"});
}

TEST_F(TranslatorCanaryTest, TheSameServiceIsRefused) {
  put(one("web", "web"));
  put(canary("next", "web"));
  EXPECT_EQ(canaries(), Names());
  EXPECT_THAT(findings(), Contains(HasSubstr("to the same Service")));
}

TEST_F(TranslatorCanaryTest, RulesWithoutCanaryAreTold) {
  put(one("web", "web", {{"canary-by-header", "X-Canary"}}));
  EXPECT_EQ(canaries(), Names());
  EXPECT_THAT(findings(), Contains(HasSubstr("no effect without canary")));
}

TEST_F(TranslatorCanaryTest, AnAnnotationCountsBeforeTheAlgorithmOfTheConfigMap) {
  put(one("web", "web", {{"load-balance", "round_robin"}}));
  put(config_map("settings", {{"load-balance", "ewma"}}));
  publish();
  EXPECT_EQ(controller().table()->match("a.org", "/").route->backends.choice, nullptr);
  put(one("web", "web"));
  publish();
  ASSERT_NE(controller().table()->match("a.org", "/").route->backends.choice, nullptr);
}

}  // namespace
}  // namespace headgate::k8swatch
