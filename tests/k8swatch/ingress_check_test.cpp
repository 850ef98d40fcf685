// What somebody wrote into an Ingress and nothing reads is told.
#include "k8swatch/ingress_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "k8swatch/object_builders.h"

namespace headgate::k8swatch {
namespace {

using namespace testing;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class IngressCheckTest : public ::testing::Test {
 protected:
  IngressCheckTest() { store_.upsert(object(service("web"))); }

  std::vector<std::string> check(const Ingress& ingress) {
    std::vector<std::string> lines;
    for (const Finding& finding : check_ingress(ingress, store_, "nginx.ingress.kubernetes.io"))
      lines.push_back(to_string(finding));
    return lines;
  }

  Store store_;
  Ingress good_ = ingress("i", {rule("a.org", {path("/", "web")})});
};

TEST_F(IngressCheckTest, TellsEachAnnotationThatHasNoEffect) {
  good_.metadata.annotations = {{"nginx.ingress.kubernetes.io/no-such-key", "/"},
                                {"headgate.dev/new", "1"},
                                {"kubernetes.io/ingress.class", "headgate"}};
  EXPECT_THAT(
      check(good_),
      ElementsAre("warning: Ingress default/i: metadata.annotations[nginx.ingress.kubernetes.io/"
                  "no-such-key]: is not supported yet and has no effect",
                  "warning: Ingress default/i: metadata.annotations[headgate.dev/new]: is not supported "
                  "yet and has no effect"));
}

TEST_F(IngressCheckTest, ARuleForClientCertificatesWithoutItsSecretIsAnError) {
  const std::string prefix = "nginx.ingress.kubernetes.io/";
  good_.metadata.annotations = {{prefix + "auth-tls-verify-client", "on"},
                                {prefix + "auth-tls-match-cn", "CN=me"}};
  const auto error = [&](const std::string& name) {
    return "error: Ingress default/i: metadata.annotations[" + prefix + name +
           "]: has no effect without auth-tls-secret: the paths are served WITHOUT this protection";
  };
  EXPECT_THAT(check(good_), ElementsAre(error("auth-tls-verify-client"), error("auth-tls-match-cn")));
  good_.metadata.annotations = {{prefix + "auth-tls-verify-client", "off"}};
  EXPECT_THAT(check(good_), IsEmpty());
}

TEST_F(IngressCheckTest, AMissingProtectionIsAnError) {
  for (const char* name : {"auth-url", "auth-type", "auth-tls-secret", "whitelist-source-range",
                           "allowlist-source-range", "denylist-source-range", "satisfy", "limit-rps"}) {
    good_.metadata.annotations = {{std::string("my.example.com/") + name, "x"}};
    EXPECT_THAT(check(good_), ElementsAre("error: Ingress default/i: metadata.annotations[my.example.com/" +
                                          std::string(name) +
                                          "]: is not supported yet and has no effect: the paths are served "
                                          "WITHOUT this protection"));
  }
}

TEST_F(IngressCheckTest, AHostInTlsWithoutARuleIsTold) {
  good_.rules.push_back(rule("x.b.org", {path("/", "web")}));
  good_.tls = {{{"A.org", "*.b.org"}, "cert"}, {{"c.org", "x.a.org"}, "cert"}, {{"10.0.0.1"}, ""}};
  EXPECT_THAT(
      check(good_),
      ElementsAre("warning: Ingress default/i: spec.tls[1].hosts[0]: no rule of this Ingress is for "
                  "'c.org'; the certificate is not used for it",
                  "warning: Ingress default/i: spec.tls[1].hosts[1]: no rule of this Ingress is for "
                  "'x.a.org'; the certificate is not used for it",
                  "error: Ingress default/i: spec.tls[2].hosts[0]: '10.0.0.1' is not a host: expected "
                  "a DNS name, not an IP address; no certificate is used for it"));
}

TEST_F(IngressCheckTest, AHundredFaultsOfOneIngressAreListed) {
  for (int i = 0; i < 150; ++i) good_.rules.push_back(rule("not a host", {}));
  const std::vector<std::string> lines = check(good_);
  ASSERT_EQ(lines.size(), 101u);
  EXPECT_EQ(lines.back(), "warning: Ingress default/i: has 50 more faults, which are not listed");
}

TEST_F(IngressCheckTest, AnIngressThatServesNothingIsTold) {
  Ingress empty = ingress("i", {});
  EXPECT_THAT(check(empty), ElementsAre("warning: Ingress default/i: spec: holds neither rules nor a "
                                        "defaultBackend; nothing is served"));
  empty.default_backend = backend("web");
  EXPECT_THAT(check(empty), IsEmpty());
}

}  // namespace
}  // namespace headgate::k8swatch
