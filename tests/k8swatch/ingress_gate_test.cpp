// An annotation that is refused, too risky or holds a forbidden word costs the whole Ingress.
#include "k8swatch/ingress_gate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "k8swatch/settings_reading.h"

namespace headgate::k8swatch {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class IngressGateTest : public ::testing::Test {
 protected:
  std::vector<std::string> refuse(const std::string& name, const std::string& value) {
    Ingress ingress = testing::ingress("i", {});
    ingress.metadata.annotations = {{"nginx.ingress.kubernetes.io/" + name, value}};
    std::vector<std::string> lines;
    for (const Finding& finding : gate_.refuse(ingress)) lines.push_back(to_string(finding));
    return lines;
  }
  bool configure(StringPairs data) {
    return gate_.configure(testing::read_settings(std::move(data), findings_, read_gate_settings));
  }

  IngressGate gate_{"nginx.ingress.kubernetes.io"};
  std::vector<Finding> findings_;
};

TEST_F(IngressGateTest, NamesTheAnnotationAndTheReason) {
  EXPECT_THAT(refuse("ssl-passthrough", "ja"),
              ElementsAre("error: Ingress default/i: metadata.annotations[nginx.ingress.kubernetes.io/"
                          "ssl-passthrough]: 'ja' is neither true nor false"));
  EXPECT_THAT(refuse("ssl-redirect", "ja"), IsEmpty());
  EXPECT_THAT(refuse("rewrite-target", "\n"), IsEmpty()) << "its default is used";
}

TEST_F(IngressGateTest, TheRiskLevelDecides) {
  EXPECT_THAT(refuse("auth-tls-match-cn", "CN=x"), IsEmpty()) << "High is the default";
  EXPECT_TRUE(configure({{"annotations-risk-level", "Medium"}}));
  EXPECT_THAT(refuse("auth-tls-match-cn", "CN=x"),
              ElementsAre(HasSubstr("above the annotations-risk-level")));
  EXPECT_THAT(refuse("auth-tls-secret", "default/x"), IsEmpty());
  EXPECT_TRUE(configure({{"annotations-risk-level", "Low"}}));
  EXPECT_THAT(refuse("auth-tls-secret", "default/x"), SizeIs(1));
  EXPECT_FALSE(configure({{"annotations-risk-level", "Low"}})) << "nothing new";
  EXPECT_TRUE(configure({{"annotations-risk-level", "low"}}));
  EXPECT_THAT(findings_, SizeIs(1)) << "the level is written with a capital";
  EXPECT_THAT(refuse("auth-tls-match-cn", "CN=x"), IsEmpty()) << "High again";
  EXPECT_TRUE(configure({{"annotations-risk-level", "Low"}}));
  EXPECT_TRUE(gate_.configure({})) << "no ConfigMap: the defaults";
}

TEST_F(IngressGateTest, AForbiddenWordInAnyValueOfOurPrefixRefuses) {
  EXPECT_TRUE(configure({{"annotation-value-word-blocklist", "lua, {,proxy_pass"}}));
  EXPECT_THAT(refuse("some-key", "a{b"), ElementsAre(HasSubstr("the forbidden word '{'")));
  EXPECT_THAT(refuse("ssl-redirect", "true"), IsEmpty());
  Ingress other = testing::ingress("i", {});
  other.metadata.annotations = {{"headgate.dev/x", "proxy_pass"}};
  EXPECT_THAT(gate_.refuse(other), IsEmpty());
}

}  // namespace
}  // namespace headgate::k8swatch
