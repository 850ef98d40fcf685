// Which TLS 1.2 ciphers a host has of its own, and which Ingress decides.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "k8swatch/controller_fixture.h"

namespace headgate::k8swatch {
namespace {

using namespace testing;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class CipherRulesTest : public ::testing::Test, protected ControllerFixture {
 protected:
  CipherRulesTest() {
    put(ingress_class("headgate"));
    put(service("web"));
  }
};

TEST_F(CipherRulesTest, CiphersAreOfTheHost) {
  Ingress old = ingress("old", {rule("a.org", {path("/", "web")})}, 1);
  old.metadata.annotations = {{"nginx.ingress.kubernetes.io/ssl-ciphers", "ECDHE-RSA-AES128-GCM-SHA256"}};
  Ingress young = ingress("young", {rule("a.org", {path("/y", "web")})}, 2);
  young.metadata.annotations = {{"nginx.ingress.kubernetes.io/ssl-ciphers", "ECDHE-RSA-AES256-GCM-SHA384"}};
  put(old);
  put(young);
  publish();
  EXPECT_EQ(controller().certificates()->find("a.org")->ciphers, "ECDHE-RSA-AES128-GCM-SHA256");
  EXPECT_THAT(findings(), ElementsAre(HasSubstr("host 'a.org' follows Ingress default/old")));
  old.metadata.annotations[0].second = "RC4-SHA";
  put(old);
  remove(Kind::ingress, "young");
  publish();
  EXPECT_EQ(controller().certificates()->find("a.org"), nullptr) << "no usable cipher: the global list";
  EXPECT_THAT(findings(), ElementsAre(HasSubstr("ssl-ciphers")));
}

TEST_F(CipherRulesTest, TellsOfNamesThatNobodyKnows) {
  Ingress with = ingress("i", {rule("a.org", {path("/", "web")})});
  with.metadata.annotations = {
      {"nginx.ingress.kubernetes.io/ssl-ciphers", "ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-GCM-SHA383"}};
  put(with);
  publish();
  EXPECT_EQ(controller().certificates()->find("a.org")->ciphers, "ECDHE-RSA-AES128-GCM-SHA256");
  EXPECT_THAT(findings(),
              ElementsAre("warning: Ingress default/i: metadata.annotations[nginx.ingress.kubernetes.io/"
                          "ssl-ciphers]: passed over for naming no cipher of TLS 1.2 that is known here: "
                          "ECDHE-RSA-AES256-GCM-SHA383"));
}

}  // namespace
}  // namespace headgate::k8swatch
