// What the Translator publishes of ssl-passthrough, and when.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "k8swatch/controller_fixture.h"

namespace headgate::k8swatch::testing {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class TranslatorPassthrough : public ::testing::Test {
 protected:
  static ControllerOptions options(bool enabled) {
    ControllerOptions result;
    result.translation.ssl_passthrough = enabled;
    return result;
  }
  static Ingress passed(std::string name, std::vector<IngressRule> rules, std::int64_t creation_time = 0) {
    Ingress result = ingress(std::move(name), std::move(rules), creation_time);
    result.metadata.annotations = {{"nginx.ingress.kubernetes.io/ssl-passthrough", "true"}};
    return result;
  }
  void SetUp() override {
    fixture.put(ingress_class("headgate"));
    fixture.put(service("web"));
    fixture.put(slice("web-1", "web", {"10.0.0.1"}));
    fixture.put(service("other"));
  }
  // The Cluster that gets the connections for `name`; "" for none. From the newest index published.
  std::string target(const std::string& name) const {
    const router::PassthroughIndex* index = nullptr;
    for (const auto& publication : fixture.published())
      if (publication->passthrough != nullptr) index = publication->passthrough.get();
    const router::PassthroughHost* host = index == nullptr ? nullptr : index->find(name);
    return host == nullptr ? "" : host->cluster->name;
  }

  ControllerFixture fixture{options(true)};
};

TEST_F(TranslatorPassthrough, AnIndexComesWithTheFirstPublicationAlways) {
  const auto first = fixture.publish();
  ASSERT_NE(first, nullptr);
  ASSERT_NE(first->passthrough, nullptr);
  EXPECT_EQ(first->passthrough->size(), 0U);
}

TEST_F(TranslatorPassthrough, TheServiceOfTheRootGetsTheConnections) {
  fixture.put(
      passed("one", {rule("One.Example", {path("/", "web")}), rule("*.example", {path("/", "other")})}));
  fixture.publish();
  EXPECT_EQ(target("one.example"), "default-web-80");
  EXPECT_EQ(target("two.example"), "default-other-80");
  EXPECT_EQ(target("three.two.example"), "");
}

TEST_F(TranslatorPassthrough, TheOldestIngressOfAHostDecides) {
  fixture.put(passed("young", {rule("one.example", {path("/", "web")})}, 20));
  fixture.put(ingress("old", {rule("one.example", {path("/api", "other")})}, 10));
  fixture.publish();
  EXPECT_EQ(target("one.example"), "");
  EXPECT_THAT(fixture.findings(), Contains(HasSubstr("Ingress default/old, which comes first, decides")));
  fixture.remove(Kind::ingress, "old");
  fixture.publish();
  EXPECT_EQ(target("one.example"), "default-web-80");
  EXPECT_THAT(fixture.findings(), Not(Contains(HasSubstr("decides"))));
}

TEST_F(TranslatorPassthrough, FollowsTheAnnotationAlone) {
  fixture.put(ingress("one", {rule("one.example", {path("/", "web")})}));
  fixture.publish();
  EXPECT_EQ(target("one.example"), "");
  fixture.put(passed("one", {rule("one.example", {path("/", "web")})}));
  const auto with = fixture.publish();
  ASSERT_NE(with, nullptr);
  EXPECT_NE(with->passthrough, nullptr);
  EXPECT_EQ(target("one.example"), "default-web-80");
  fixture.put(ingress("one", {rule("one.example", {path("/", "web")})}));
  fixture.publish();
  EXPECT_EQ(target("one.example"), "");
}

TEST_F(TranslatorPassthrough, AnIndexIsPublishedOnlyWhereItChanged) {
  fixture.put(passed("one", {rule("one.example", {path("/", "web")})}));
  fixture.publish();
  fixture.put(slice("web-1", "web", {"10.0.0.2"}));
  fixture.put(ingress("two", {rule("two.example", {path("/", "web")})}));
  const auto next = fixture.publish();
  ASSERT_NE(next, nullptr);
  EXPECT_EQ(next->passthrough, nullptr);
  EXPECT_EQ(target("one.example"), "default-web-80");
}

TEST_F(TranslatorPassthrough, AnotherServiceComesWithItsClusterInOnePublication) {
  fixture.put(passed("one", {rule("one.example", {path("/", "web")})}));
  fixture.publish();
  fixture.put(passed("one", {rule("one.example", {path("/", "other")})}));
  const auto next = fixture.publish();
  ASSERT_NE(next, nullptr);
  ASSERT_NE(next->passthrough, nullptr);
  const router::PassthroughHost* host = next->passthrough->find("one.example");
  ASSERT_NE(host, nullptr);
  EXPECT_EQ(host->cluster->name, "default-other-80");
  bool told = false;
  for (const router::ClusterUpdate& update : next->clusters) {
    if (update.endpoints != nullptr) told = told || update.slot == host->cluster->slot;
    EXPECT_TRUE(update.endpoints != nullptr || update.slot != host->cluster->slot) << "gone while in use";
  }
  EXPECT_TRUE(told);
}

TEST_F(TranslatorPassthrough, ARemovedIngressLeavesNothing) {
  fixture.put(passed("one", {rule("one.example", {path("/", "web")})}));
  fixture.publish();
  fixture.remove(Kind::ingress, "one");
  const auto next = fixture.publish();
  ASSERT_NE(next, nullptr);
  ASSERT_NE(next->passthrough, nullptr);
  EXPECT_EQ(next->passthrough->size(), 0U);
}

TEST_F(TranslatorPassthrough, HasNoEffectWithoutTheFlag) {
  ControllerFixture without{options(false)};
  without.put(ingress_class("headgate"));
  without.put(service("web"));
  without.put(
      passed("one", {rule("one.example", {path("/", "web")}), rule("two.example", {path("/", "web")})}));
  const auto first = without.publish();
  ASSERT_NE(first, nullptr);
  EXPECT_EQ(first->passthrough->size(), 0U);
  EXPECT_THAT(
      without.findings(),
      ::testing::ElementsAre("warning: Ingress default/one: "
                             "metadata.annotations[nginx.ingress.kubernetes.io/ssl-passthrough]: has no "
                             "effect without --enable-ssl-passthrough: TLS ends here, not at the pod"));
}

TEST_F(TranslatorPassthrough, NeedsAHostAndARoot) {
  fixture.put(passed("one", {rule("", {path("/", "web")}), rule("one.example", {path("/api", "web")})}));
  const auto first = fixture.publish();
  ASSERT_NE(first, nullptr);
  EXPECT_EQ(first->passthrough->size(), 0U);
  EXPECT_THAT(fixture.findings(), Contains(HasSubstr("there is no server name to go by")));
  EXPECT_THAT(fixture.findings(), Contains(HasSubstr("of which no rule has a Service for the path '/'")));
}

TEST_F(TranslatorPassthrough, TellsOfPathsThatCanNoLongerBeReachedByHttps) {
  fixture.put(passed("one", {rule("one.example", {path("/", "web"), path("/api", "other")})}));
  fixture.publish();
  EXPECT_THAT(fixture.findings(), Contains(HasSubstr("path '/api' is not served over HTTPS")));
}

TEST_F(TranslatorPassthrough, TellsNothingWhereAllIsWell) {
  fixture.put(slice("other-1", "other", {"10.0.0.3"}));
  fixture.put(passed("one", {rule("one.example", {path("/", "web")})}));
  fixture.publish();
  EXPECT_THAT(fixture.findings(), IsEmpty());
}

TEST_F(TranslatorPassthrough, PlainHttpIsRedirectedWhereThePodsExpectTls) {
  fixture.put(passed("one", {rule("one.example", {path("/", "web"), path("/api", "other")})}));
  fixture.publish();
  const auto https_only = [this](const std::string& at) {
    return fixture.controller().table()->match("one.example", at).redirects->https_only;
  };
  EXPECT_TRUE(https_only("/")) << "as of a host with TLS: ssl-redirect is true";
  EXPECT_FALSE(https_only("/api")) << "its pods get plain HTTP; over HTTPS others would answer";
  Ingress no = passed("one", {rule("one.example", {path("/", "web")})});
  no.metadata.annotations.emplace_back("nginx.ingress.kubernetes.io/ssl-redirect", "false");
  fixture.put(no);
  fixture.publish();
  EXPECT_FALSE(https_only("/"));
}

TEST_F(TranslatorPassthrough, ClaimsNoRuleThatTlsNeverMeets) {
  Ingress one = passed("one", {rule("one.example", {path("/", "web")})});
  one.metadata.annotations.emplace_back("nginx.ingress.kubernetes.io/auth-tls-secret", "default/missing");
  one.metadata.annotations.emplace_back("nginx.ingress.kubernetes.io/ssl-ciphers",
                                        "ECDHE-RSA-AES128-GCM-SHA256");
  one.tls = {{{"one.example"}, "missing"}};
  fixture.put(one);
  fixture.publish();
  EXPECT_THAT(
      fixture.findings(),
      ::testing::ElementsAre(
          "warning: Ingress default/one: metadata.annotations[nginx.ingress.kubernetes.io/ssl-ciphers]: "
          "has no effect for host 'one.example': by ssl-passthrough of Ingress default/one all of it "
          "goes to default-web-80 unopened",
          "error: Ingress default/one: "
          "metadata.annotations[nginx.ingress.kubernetes.io/auth-tls-secret]: has no effect for host "
          "'one.example': by ssl-passthrough of Ingress default/one all of it goes to default-web-80 "
          "unopened"));
  const std::string dump = fixture.controller().dump();
  EXPECT_THAT(dump, HasSubstr("TLS passes through to default-web-80"));
  EXPECT_THAT(dump, Not(HasSubstr("client certificate")));
  EXPECT_THAT(dump, Not(HasSubstr("certificate of one.example")));
  one.metadata.annotations[0].second = "false";
  fixture.put(one);
  fixture.publish();
  EXPECT_THAT(fixture.controller().dump(), HasSubstr("client certificate broken: 403"));
  EXPECT_THAT(fixture.findings(), Contains(HasSubstr("Secret default/missing does not exist")));
}

}  // namespace
}  // namespace headgate::k8swatch::testing
