// What the annotations and ConfigMap keys about access become: which Steps in which order, and what is
// closed where it cannot be set up.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "k8swatch/controller_fixture.h"

namespace headgate::k8swatch {
namespace {

using namespace testing;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class AccessPolicy : public ::testing::Test, protected ControllerFixture {
 protected:
  AccessPolicy() : ControllerFixture(standalone_with_config_map()) {
    put(service("web"));
    put(config_map("settings", {}));
  }

  void put_ingress(const StringPairs& annotations, const std::string& name = "web",
                   const std::string& host = "a.test") {
    Ingress result = ingress(name, {rule(host, {path("/", "web")})});
    for (const auto& [key, value] : annotations)
      result.metadata.annotations.emplace_back("nginx.ingress.kubernetes.io/" + key, value);
    put(result);
    publish();
  }
  void put_secret(const std::string& name, const StringPairs& data, const std::string& in = "default") {
    Secret secret;
    secret.metadata = metadata(name, in);
    secret.data = data;
    put(secret);
  }
  const router::Route& found(const std::string& host = "a.test") {
    return *controller().table()->match(host, "/").route;
  }
  // The Steps, as the dump has them; without any, nothing.
  std::string steps(const std::string& host = "a.test") {
    std::string text;
    if (const auto& chain = found(host).policy.chain) chain->describe(text);
    return text;
  }
};

TEST_F(AccessPolicy, NothingAskedForIsNoChain) {
  put_ingress({});
  EXPECT_EQ(found().policy.chain, nullptr);
  EXPECT_THAT(findings(), Not(Contains(HasSubstr("Ingress"))));
}

TEST_F(AccessPolicy, StepsStandInTheOrderOfIngressNginx) {
  put_secret("users", {{"auth", "ann:{PLAIN}1"}});
  put_ingress({{"auth-type", "basic"},
               {"auth-secret", "users"},
               {"allowlist-source-range", "10.0.0.0/8"},
               {"denylist-source-range", "10.1.0.0/16"},
               {"limit-rps", "1"},
               {"limit-connections", "2"}});
  EXPECT_EQ(
      steps(),
      " limit-connections=2 limit-rate=1000mr/s,burst=5 deny=10.1.0.0/16 allow=10.0.0.0/8 basic-auth='' "
      "users=1 of Secret default/users");
}

TEST_F(AccessPolicy, SatisfyAnyHoldsForWhatStandsBehindTheDenyList) {
  put_secret("users", {{"auth", "ann:{PLAIN}1"}});
  put_ingress({{"auth-type", "basic"},
               {"auth-secret", "users"},
               {"allowlist-source-range", "10.0.0.0/8"},
               {"denylist-source-range", "10.1.0.0/16"},
               {"satisfy", "any"}});
  ASSERT_EQ(found().policy.chain->access.size(), 3U);
  EXPECT_EQ(found().policy.chain->any_of, 1U);
  put_ingress({{"allowlist-source-range", "10.0.0.0/8"}, {"satisfy", "any"}});
  EXPECT_EQ(found().policy.chain->any_of, policy::PolicyChain::kAllOf) << "one of one is all";
}

TEST_F(AccessPolicy, TheConfigMapsListsAreForIngressesThatHaveNone) {
  put(config_map("settings",
                 {{"whitelist-source-range", "10.0.0.0/8,bad"}, {"denylist-source-range", "fd00::/8"}}));
  put_ingress({});
  EXPECT_EQ(steps(), " deny=fd00::/8 allow=10.0.0.0/8");
  put_ingress({{"allowlist-source-range", "192.0.2.1"}});
  EXPECT_EQ(steps(), " deny=fd00::/8 allow=192.0.2.1/32");
  EXPECT_THAT(findings(), Contains(HasSubstr("data.whitelist-source-range: not an address block")));
  put(config_map("settings", {}));
  publish();
  EXPECT_EQ(steps(), " allow=192.0.2.1/32");
}

TEST_F(AccessPolicy, AListWithoutAnyEntryDeniesThePathsOfItsIngress) {
  put_ingress({{"denylist-source-range", "nobody, 1.2.3.4/99"}});
  EXPECT_TRUE(found().denied);
  EXPECT_THAT(findings(), Contains(HasSubstr("holds no address and no network; every path of this Ingress")));
  put_ingress({{"denylist-source-range", "nobody, 1.2.3.4"}});
  EXPECT_FALSE(found().denied);
  EXPECT_EQ(steps(), " deny=1.2.3.4/32");
}

TEST_F(AccessPolicy, LimitsFollowMultiplierKeyAndStatus) {
  put(config_map("settings", {{"limit-req-status-code", "429"},
                              {"limit-conn-status-code", "200"},
                              {"limit-conn-zone-variable", "$http_x_key"}}));
  put_ingress({{"limit-rpm", "60"}, {"limit-burst-multiplier", "3"}, {"limit-connections", "1"}});
  EXPECT_EQ(steps(),
            " limit-connections=1 limit-key=$http_x_key limit-rate=1000mr/s,burst=180:429 "
            "limit-key=$http_x_key");
  EXPECT_THAT(findings(), Contains(HasSubstr("data.limit-conn-status-code")));
  put(config_map("settings", {{"limit-conn-zone-variable", "$no_such_thing"}}));
  publish();
  EXPECT_THAT(findings(), Contains(HasSubstr("data.limit-conn-zone-variable")));
  EXPECT_THAT(steps(), Not(HasSubstr("limit-key")));
}

TEST_F(AccessPolicy, AnIngressKeepsItsCountsThroughChanges) {
  const auto zone = [this] { return std::get<policy::RateLimit>(found().policy.chain->access.at(0)).zone; };
  put_ingress({{"limit-rps", "1"}});
  const auto first = zone();
  put_ingress({{"limit-rps", "2"}, {"enable-cors", "true"}});
  EXPECT_EQ(zone(), first);
  put_ingress({{"limit-rps", "1"}}, "other", "b.test");
  EXPECT_NE(std::get<policy::RateLimit>(found("b.test").policy.chain->access.at(0)).zone, first);
}

TEST_F(AccessPolicy, PasswordsThatCannotBeAskedForCloseThePaths) {
  const auto closed = [this](const StringPairs& annotations, const std::string& why) {
    put_ingress(annotations);
    EXPECT_TRUE(found().denied) << why;
    EXPECT_THAT(findings(), Contains(HasSubstr(why)));
  };
  closed({{"auth-type", "basic"}, {"auth-secret", "users"}}, "Secret default/users does not exist");
  closed({{"auth-type", "basic"}}, "needs auth-secret");
  // Another annotation that is wrong must not hide it.
  closed({{"ssl-redirect", "perhaps"}, {"auth-type", "basic"}}, "needs auth-secret");
  closed({{"auth-type", "basic"}, {"auth-secret", "us\"ers"}}, "auth-secret");
  closed({{"auth-type", "basic"}, {"auth-secret", "a/b/c"}}, "of another namespace");
  closed({{"auth-type", "digest"}, {"auth-secret", "users"}}, "Secret default/users does not exist");
  closed({{"auth-type", "digest"}}, "needs auth-secret");
  put_secret("users", {{"other", "x"}});
  closed({{"auth-type", "basic"}, {"auth-secret", "users"}}, "has no key 'auth'");
}

TEST_F(AccessPolicy, AChangedSecretRebuildsTheHostsThatUseIt) {
  put_ingress({{"auth-type", "basic"}, {"auth-secret", "users"}});
  EXPECT_TRUE(found().denied);
  put_secret("users", {{"auth", "ann:{PLAIN}1\nbob:{PLAIN}2"}});
  ASSERT_NE(publish(), nullptr);
  EXPECT_FALSE(found().denied);
  EXPECT_THAT(steps(), HasSubstr("users=2"));
  put_secret("users", {{"auth", "ann:{PLAIN}1\neve:nonsense"}});
  ASSERT_NE(publish(), nullptr);
  EXPECT_THAT(steps(), HasSubstr("users=1"));
  EXPECT_THAT(findings(), Contains(HasSubstr("line 2 has a form that is not known")));
  remove(Kind::secret, "users");
  ASSERT_NE(publish(), nullptr);
  EXPECT_TRUE(found().denied);
}

TEST_F(AccessPolicy, AHashThatCostsTooMuchLetsNobodyInAndIsToldByItsLine) {
  put_secret("users", {{"auth",
                        "ann:{PLAIN}1\n"
                        "bob:$2y$13$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a\n"
                        "eve:$6$rounds=100001$salt$x\n"}});
  put_ingress({{"auth-type", "basic"}, {"auth-secret", "users"}});
  EXPECT_THAT(steps(), HasSubstr("users=1"));
  EXPECT_THAT(findings(),
              Contains(HasSubstr("Secret default/users: line 2 has a cost above 12; it lets nobody in")));
  EXPECT_THAT(
      findings(),
      Contains(HasSubstr("Secret default/users: line 3 has more than 100000 rounds; it lets nobody in")));
}

TEST_F(AccessPolicy, HashingIsSharedOutByTheNamespaceOfTheIngress) {
  put(config_map("settings", {{"allow-cross-namespace-resources", "true"}}));
  put_secret("users", {{"auth", "ann:{PLAIN}1"}}, "elsewhere");
  put_ingress({{"auth-type", "basic"}, {"auth-secret", "elsewhere/users"}});
  EXPECT_EQ(std::get<policy::BasicAuth>(found().policy.chain->access.at(0)).tenant, "default")
      << "not whose Secret it is";
}

TEST_F(AccessPolicy, OtherNamespacesOnlyWhereAllowed) {
  put_secret("users", {{"auth", "ann:{PLAIN}1"}}, "elsewhere");
  put_ingress({{"auth-type", "basic"}, {"auth-secret", "elsewhere/users"}});
  EXPECT_TRUE(found().denied);
  put(config_map("settings", {{"allow-cross-namespace-resources", "true"}}));
  publish();
  EXPECT_FALSE(found().denied);
  put(config_map("settings", {}));
  publish();
  EXPECT_TRUE(found().denied);
}

TEST_F(AccessPolicy, AMapTakesWhatIsMarkedAsAHash) {
  put_secret("users", {{"ann", "{PLAIN}1\n"}, {"password", "hunter2"}, {"bob", "$2y$31$x"}});
  put_ingress({{"auth-type", "basic"}, {"auth-secret", "users"}, {"auth-secret-type", "auth-map"}});
  EXPECT_THAT(steps(), HasSubstr("users=1"));
  EXPECT_THAT(findings(), Contains(HasSubstr("data[bob]")));
  EXPECT_THAT(findings(), Not(Contains(HasSubstr("hunter2"))));
}

TEST_F(AccessPolicy, CorsIsForAnswersAndForThePreflight) {
  put_ingress({{"enable-cors", "true"}, {"cors-allow-origin", "https://a.test,bad"}, {"cors-max-age", "1"}});
  const auto& chain = found().policy.chain;
  ASSERT_EQ(chain->answer.size(), 1U);
  ASSERT_EQ(chain->entry.size(), 1U);
  EXPECT_THAT(steps(), HasSubstr(" cors=https://a.test "));
  EXPECT_THAT(findings(), Contains(HasSubstr("'bad' has no scheme")));
  put_ingress({{"enable-cors", "true"}, {"cors-allow-origin", "bad"}});
  EXPECT_THAT(steps(), HasSubstr(" cors=nobody ")) << "not everybody";
}

TEST_F(AccessPolicy, WhatIsBlockedAndWhoIsBelievedIsOfTheSite) {
  put(config_map("settings", {{"block-cidrs", "192.0.2.1"},
                              {"block-user-agents", "bad, ~("},
                              {"use-forwarded-headers", "true"},
                              {"forwarded-for-header", "bad name"}}));
  put_ingress({});
  const router::SiteSettings& site = controller().table()->site();
  EXPECT_EQ(site.block.user_agents.entries().size(), 1U);
  EXPECT_FALSE(site.block.addresses.empty());
  EXPECT_TRUE(site.forwarding.all_fields);
  EXPECT_EQ(site.forwarding.for_field, "x-forwarded-for");
  EXPECT_THAT(findings(), Contains(HasSubstr("believes every client")));
  EXPECT_THAT(findings(), Contains(HasSubstr("'bad name' is no field name")));
  put(config_map("settings", {{"use-forwarded-headers", "true"}, {"proxy-real-ip-cidr", "10.0.0.0/8"}}));
  publish();
  EXPECT_THAT(findings(), Not(Contains(HasSubstr("believes every client"))));
  EXPECT_TRUE(controller().table()->site().block.empty());
}

}  // namespace
}  // namespace headgate::k8swatch
