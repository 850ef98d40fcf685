// What hosts ask of clients' certificates: which Ingress decides, from which Secret, and what a rule does
// that cannot be followed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "k8swatch/controller_fixture.h"
#include "support/test_certificates.h"

namespace headgate::k8swatch {
namespace {

using namespace testing;
using test_support::TestAuthority;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Demand = policy::ClientCertificateRule::Demand;

class ClientCertificateRulesTest : public ::testing::Test, protected ControllerFixture {
 protected:
  ClientCertificateRulesTest() : ControllerFixture(standalone_with_config_map()) {
    put(service("web"));
    put(config_map("settings", {}));
  }

  static Ingress with_rule(const std::string& name, const std::string& host, const std::string& secret,
                           const StringPairs& more = {}, std::int64_t creation_time = 0) {
    Ingress result = ingress(name, {rule(host, {path("/" + name, "web")})}, creation_time);
    result.metadata.annotations.emplace_back("nginx.ingress.kubernetes.io/auth-tls-secret", secret);
    for (const auto& [key, value] : more)
      result.metadata.annotations.emplace_back("nginx.ingress.kubernetes.io/" + key, value);
    return result;
  }
  void put_secret(const std::string& name, const StringPairs& data, const std::string& in = "default") {
    Secret secret;
    secret.metadata = metadata(name, in);
    secret.data = data;
    put(secret);
  }
  const router::VirtualHost& host(const std::string& name) {
    publish();
    return *controller().table()->match(name, "/").host;
  }
  // Of the handshakes for that server name; null: no client certificate is asked for.
  const tls::ClientAuth* asked_of(const std::string& name) {
    const tls::HostTls* const entry = controller().certificates()->find(name);
    return entry == nullptr ? nullptr : entry->client_auth.get();
  }

  TestAuthority authority_;
};

TEST_F(ClientCertificateRulesTest, IsTheSameForHandshakesAndForRequests) {
  put_secret("ca", {{"ca.crt", authority_.certificate()}});
  put(with_rule("a", "a.org", "default/ca",
                {{"auth-tls-verify-client", "optional"},
                 {"auth-tls-match-cn", "CN=x"},
                 {"auth-tls-error-page", "https://e.org/"},
                 {"auth-tls-pass-certificate-to-upstream", "true"}}));
  const router::ClientCertificateRule* const rule = host("a.org").client_certificate();
  ASSERT_NE(rule, nullptr);
  EXPECT_FALSE(rule->policy.broken);
  EXPECT_EQ(rule->policy.demand, Demand::optional);
  EXPECT_EQ(rule->policy.subject->text(), "CN=x");
  EXPECT_EQ(rule->policy.error_page, "https://e.org/");
  EXPECT_TRUE(rule->policy.pass_certificate);
  ASSERT_NE(rule->auth, nullptr);
  EXPECT_EQ(rule->auth->verify(), tls::VerifyClient::optional);
  EXPECT_EQ(asked_of("a.org"), rule->auth.get());
  EXPECT_THAT(findings(), IsEmpty());
  EXPECT_EQ(host("other.org").client_certificate(), nullptr);
}

TEST_F(ClientCertificateRulesTest, OffAsksForNothing) {
  put_secret("ca", {{"ca.crt", authority_.certificate()}});
  put(with_rule("a", "a.org", "default/ca", {{"auth-tls-verify-client", "off"}}));
  ASSERT_NE(host("a.org").client_certificate(), nullptr);
  EXPECT_EQ(host("a.org").client_certificate()->policy.demand, Demand::nothing);
  EXPECT_EQ(asked_of("a.org"), nullptr);
}

TEST_F(ClientCertificateRulesTest, WithoutItsSecretNobodyEnters) {
  put(with_rule("a", "a.org", "default/ca"));
  EXPECT_TRUE(host("a.org").client_certificate()->policy.broken);
  EXPECT_THAT(findings(),
              ElementsAre("error: Ingress default/a: metadata.annotations[nginx.ingress.kubernetes."
                          "io/auth-tls-secret]: Secret default/ca does not exist; every request "
                          "for host 'a.org' is answered with 403"));
  put_secret("ca", {{"tls.crt", "x"}});
  EXPECT_TRUE(host("a.org").client_certificate()->policy.broken);
  EXPECT_THAT(findings(), Contains(HasSubstr("Secret default/ca has no ca.crt")));
  put_secret("ca", {{"ca.crt", "nonsense"}});
  EXPECT_TRUE(host("a.org").client_certificate()->policy.broken);
  put_secret("ca", {{"ca.crt", authority_.certificate()}, {"ca.crl", "nonsense"}});
  EXPECT_TRUE(host("a.org").client_certificate()->policy.broken);
  put_secret("ca", {{"ca.crt", authority_.certificate()}});
  EXPECT_FALSE(host("a.org").client_certificate()->policy.broken) << "live";
  EXPECT_NE(asked_of("a.org"), nullptr);
  EXPECT_THAT(findings(), IsEmpty());
  remove(Kind::secret, "ca");
  EXPECT_TRUE(host("a.org").client_certificate()->policy.broken);
}

TEST_F(ClientCertificateRulesTest, BlanksAroundItsNameDoNotCutItOffFromItsSecret) {
  put(with_rule("a", "a.org", " default/ca\t"));
  EXPECT_TRUE(host("a.org").client_certificate()->policy.broken);
  put_secret("ca", {{"ca.crt", authority_.certificate()}});
  EXPECT_FALSE(host("a.org").client_certificate()->policy.broken);
  const std::string before(asked_of("a.org")->digest());
  put_secret("ca", {{"ca.crt", TestAuthority().certificate()}});
  publish();
  EXPECT_NE(asked_of("a.org")->digest(), before) << "another CA";
  remove(Kind::secret, "ca");
  EXPECT_TRUE(host("a.org").client_certificate()->policy.broken);
}

TEST_F(ClientCertificateRulesTest, ASecretNotNamedWithItsNamespaceIsNone) {
  put_secret("ca", {{"ca.crt", authority_.certificate()}});
  put(with_rule("a", "a.org", "ca"));
  EXPECT_TRUE(host("a.org").client_certificate()->policy.broken);
}

TEST_F(ClientCertificateRulesTest, AnotherNamespaceNeedsLeave) {
  put_secret("ca", {{"ca.crt", authority_.certificate()}}, "other");
  put(with_rule("a", "a.org", "other/ca"));
  EXPECT_TRUE(host("a.org").client_certificate()->policy.broken);
  EXPECT_THAT(findings(), ElementsAre(HasSubstr("is of another namespace, and "
                                                "allow-cross-namespace-resources is not true")));
  put(config_map("settings", {{"allow-cross-namespace-resources", "true"}}));
  EXPECT_FALSE(host("a.org").client_certificate()->policy.broken);
  EXPECT_THAT(findings(), IsEmpty());
  remove(Kind::config_map, "settings");
  EXPECT_TRUE(host("a.org").client_certificate()->policy.broken);
}

TEST_F(ClientCertificateRulesTest, TheOldestIngressDecidesForTheWholeHost) {
  put_secret("ca", {{"ca.crt", authority_.certificate()}});
  put(with_rule("young", "a.org", "default/ca", {{"auth-tls-verify-client", "off"}}, 2));
  put(with_rule("old", "a.org", "default/ca", {}, 1));
  put(ingress("oldest", {rule("a.org", {path("/", "web")})}, 0));
  EXPECT_EQ(host("a.org").client_certificate()->policy.demand, Demand::required);
  EXPECT_EQ(host("a.org").client_certificate()->ingress, "old");
  EXPECT_THAT(
      findings(),
      ElementsAre("warning: Ingress default/young: metadata.annotations[nginx.ingress.kubernetes.io/"
                  "auth-tls-secret]: host 'a.org' follows Ingress default/old, which comes first; the "
                  "rule of this Ingress is not used for it"));
}

TEST_F(ClientCertificateRulesTest, ALaterBrokenRuleDeniesItsOwnPathsOnly) {
  put_secret("ca", {{"ca.crt", authority_.certificate()}});
  put(with_rule("old", "a.org", "default/ca", {}, 1));
  put(with_rule("young", "a.org", "default/missing", {}, 2));
  EXPECT_FALSE(host("a.org").client_certificate()->policy.broken);
  EXPECT_FALSE(controller().table()->match("a.org", "/old").route->denied);
  EXPECT_TRUE(controller().table()->match("a.org", "/young").route->denied);
  EXPECT_THAT(findings(), Contains(HasSubstr("its paths of host 'a.org' are answered with 503")));
}

TEST_F(ClientCertificateRulesTest, AChangeOfCaOrRevocationsIsAnotherRule) {
  put_secret("ca", {{"ca.crt", authority_.certificate()}});
  put(with_rule("a", "a.org", "default/ca"));
  put(with_rule("b", "b.org", "default/ca"));
  const std::string before(host("a.org").client_certificate()->auth->digest());
  EXPECT_EQ(host("a.org").client_certificate()->auth, host("b.org").client_certificate()->auth)
      << "made once";
  const std::uint64_t tables = controller().counters().tables_built;
  put_secret("ca", {{"ca.crt", authority_.certificate()}});
  EXPECT_EQ(publish(), nullptr) << "the same content";
  put_secret("ca", {{"ca.crt", authority_.certificate()}, {"ca.crl", authority_.revocation_list({5})}});
  EXPECT_NE(host("a.org").client_certificate()->auth->digest(), before);
  EXPECT_EQ(asked_of("b.org"), host("b.org").client_certificate()->auth.get());
  EXPECT_EQ(controller().counters().tables_built, tables + 1);
}

TEST_F(ClientCertificateRulesTest, AHostBelowAWildcardHasItsOwnRule) {
  put_secret("ca", {{"ca.crt", authority_.certificate()}});
  put(with_rule("wild", "*.a.org", "default/ca"));
  put(ingress("open", {rule("open.a.org", {path("/", "web")})}));
  publish();
  EXPECT_NE(asked_of("any.a.org"), nullptr);
  EXPECT_EQ(asked_of("open.a.org"), nullptr);
  remove(Kind::ingress, "wild");
  put(with_rule("open", "open.a.org", "default/ca"));
  publish();
  EXPECT_EQ(asked_of("any.a.org"), nullptr);
  EXPECT_NE(asked_of("open.a.org"), nullptr);
  remove(Kind::ingress, "open");
  publish();
  EXPECT_EQ(asked_of("open.a.org"), nullptr);
}

TEST_F(ClientCertificateRulesTest, ARuleWithoutHostCannotAsk) {
  put_secret("ca", {{"ca.crt", authority_.certificate()}});
  put(with_rule("a", "", "default/ca"));
  EXPECT_TRUE(host("any.org").client_certificate()->policy.broken);
  EXPECT_THAT(findings(), ElementsAre(HasSubstr("rules without host cannot ask for client certificates")));
}

}  // namespace
}  // namespace headgate::k8swatch
