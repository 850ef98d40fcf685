// Of Ingresses of several namespaces with one host: the namespace of the oldest decides about its TLS alone.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "k8swatch/controller_fixture.h"
#include "k8swatch/secret_builders.h"

namespace headgate::k8swatch {
namespace {

using namespace testing;
using test_support::TestAuthority;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

ControllerOptions options() {
  ControllerOptions result;
  result.translation.classes.standalone = true;
  return result;
}

class HostOwnerTest : public ::testing::Test, protected ControllerFixture {
 protected:
  HostOwnerTest() : ControllerFixture(options()) {
    for (const char* space : {"owner", "guest"}) {
      put(in(space, service("web")));
      put(in(space, ca_secret()));
    }
  }

  template <typename T>
  static T in(const std::string& namespace_name, T value) {
    value.metadata.namespace_name = namespace_name;
    return value;
  }
  // With a rule for a.org and the path "/<namespace>".
  static Ingress of(const std::string& namespace_name, std::int64_t creation_time,
                    const StringPairs& more = {}, std::vector<IngressTls> tls = {}) {
    Ingress result = in(namespace_name,
                        ingress("web", {rule("a.org", {path("/" + namespace_name, "web")})}, creation_time));
    for (const auto& [key, value] : more)
      result.metadata.annotations.emplace_back("nginx.ingress.kubernetes.io/" + key, value);
    result.tls = std::move(tls);
    return result;
  }
  Secret ca_secret() {
    Secret result;
    result.metadata = metadata("ca");
    result.data = {{"ca.crt", authority_.certificate()}};
    return result;
  }
  const tls::HostTls* entry() { return controller().certificates()->find("a.org"); }
  const router::ClientCertificateRule* asked() {
    return controller().table()->match("a.org", "/owner").host->client_certificate();
  }
  bool denied(const std::string& space) {
    return controller().table()->match("a.org", "/" + space).route->denied;
  }

  TestAuthority authority_;
};

TEST_F(HostOwnerTest, AnotherNamespaceBringsNoCertificate) {
  put(in("guest", tls_secret("cert", certificate_for({"a.org"}))));
  put(in("owner", tls_secret("cert", certificate_for({"a.org"}))));
  put(of("owner", 1));
  put(of("guest", 2, {}, {{{"b.org"}, "other"}, {{"A.org"}, "cert"}}));
  publish();
  EXPECT_EQ(entry(), nullptr);
  EXPECT_FALSE(controller().table()->match("a.org", "/owner").redirects->https_only);
  EXPECT_EQ(route("a.org", "/guest"), "guest-web-80") << "paths are shared as ever";
  EXPECT_THAT(findings(),
              Contains("warning: Ingress guest/web: spec.tls[1]: host 'a.org' belongs to namespace "
                       "'owner' (Ingress owner/web comes first), which alone decides about its TLS; "
                       "the certificate of this Ingress is not used for it"));
  put(of("owner", 1, {}, {{{"a.org"}, "cert"}}));
  publish();
  ASSERT_NE(entry(), nullptr);
  EXPECT_EQ(entry()->certificate_secret, "owner/cert");
  EXPECT_TRUE(controller().table()->match("a.org", "/guest").redirects->https_only);
}

TEST_F(HostOwnerTest, AnotherIngressOfTheOwnersNamespaceBringsOne) {
  put(in("owner", tls_secret("cert", certificate_for({"a.org"}))));
  put(of("owner", 1));
  Ingress more = of("owner", 3, {}, {{{"a.org"}, "cert"}});
  more.metadata.name = "more";
  put(more);
  put(of("guest", 2));
  publish();
  ASSERT_NE(entry(), nullptr);
  EXPECT_EQ(entry()->certificate_secret, "owner/cert");
}

TEST_F(HostOwnerTest, AnotherNamespaceLocksNobodyOut) {
  put(of("owner", 1));
  put(of("guest", 2, {{"auth-tls-secret", "guest/ca"}}));
  publish();
  EXPECT_EQ(asked(), nullptr);
  EXPECT_EQ(entry(), nullptr) << "no handshake asks";
  EXPECT_FALSE(denied("owner"));
  EXPECT_TRUE(denied("guest")) << "its pods may trust that only known clients come";
  EXPECT_THAT(findings(),
              Contains(AllOf(StartsWith("error: Ingress guest/web: metadata.annotations[nginx.ingress."
                                        "kubernetes.io/auth-tls-secret]: host 'a.org' belongs to namespace "
                                        "'owner' (Ingress owner/web comes first)"),
                             HasSubstr("its paths of host 'a.org' are answered with 503"))));
}

TEST_F(HostOwnerTest, AnotherNamespacesRuleIsNotUsedBesideTheOwners) {
  Ingress owner = of("owner", 1);
  put(owner);
  Ingress more = of("owner", 3, {{"auth-tls-secret", "owner/ca"}});
  more.metadata.name = "more";
  put(more);
  put(of("guest", 2, {{"auth-tls-secret", "guest/ca"}, {"auth-tls-verify-client", "optional"}}));
  publish();
  ASSERT_NE(asked(), nullptr);
  EXPECT_EQ(asked()->secret, "owner/ca") << "although the guest's Ingress is older than this rule";
  EXPECT_FALSE(denied("guest"));
  EXPECT_THAT(findings(), Contains(AllOf(StartsWith("warning: Ingress guest/web"),
                                         HasSubstr("the rule of this Ingress is not used for it"))));
}

TEST_F(HostOwnerTest, AnotherNamespaceDoesNotBreakTheRulesWithoutHost) {
  Ingress owner = of("owner", 1);
  owner.rules[0].host = "";
  put(owner);
  Ingress guest = of("guest", 2, {{"auth-tls-secret", "guest/ca"}});
  guest.rules[0].host = "";
  put(guest);
  publish();
  EXPECT_EQ(controller().table()->match("any.org", "/owner").host->client_certificate(), nullptr);
}

TEST_F(HostOwnerTest, AnotherNamespaceChoosesNoCiphers) {
  put(of("owner", 1));
  put(of("guest", 2, {{"ssl-ciphers", "ECDHE-RSA-AES128-GCM-SHA256"}}));
  publish();
  EXPECT_EQ(entry(), nullptr);
  EXPECT_THAT(findings(), Contains(AllOf(StartsWith("warning: Ingress guest/web"), HasSubstr("'owner'"),
                                         HasSubstr("the ciphers of this Ingress are not used for it"))));
}

TEST_F(HostOwnerTest, AHostChangesHandsWithItsOldestIngress) {
  put(in("guest", tls_secret("cert", certificate_for({"a.org"}))));
  put(of("owner", 1));
  put(of("guest", 2, {{"auth-tls-secret", "guest/ca"}, {"ssl-ciphers", "ECDHE-ECDSA-AES128-GCM-SHA256"}},
         {{{"a.org"}, "cert"}}));
  publish();
  EXPECT_EQ(entry(), nullptr);
  remove(Kind::ingress, "web", "owner");
  publish();
  ASSERT_NE(entry(), nullptr);
  EXPECT_EQ(entry()->certificate_secret, "guest/cert");
  EXPECT_NE(entry()->client_auth, nullptr);
  EXPECT_EQ(entry()->ciphers, "ECDHE-ECDSA-AES128-GCM-SHA256");
  EXPECT_FALSE(denied("guest"));
  EXPECT_THAT(findings(), Not(Contains(HasSubstr("belongs to"))));
  put(of("owner", 1));
  publish();
  EXPECT_EQ(entry(), nullptr);
  EXPECT_TRUE(denied("guest"));
}

}  // namespace
}  // namespace headgate::k8swatch
