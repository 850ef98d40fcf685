// An Ingress that is refused for an annotation is not served; where an earlier version was, it stays.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "k8swatch/controller_fixture.h"

namespace headgate::k8swatch {
namespace {

using namespace testing;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kPassthrough = "nginx.ingress.kubernetes.io/ssl-passthrough";
constexpr const char* kSecret = "nginx.ingress.kubernetes.io/auth-tls-secret";

class IngressVersionsTest : public ::testing::Test, protected ControllerFixture {
 protected:
  IngressVersionsTest() : ControllerFixture(with_config_map()) {
    put(ingress_class("headgate"));
    put(service("one"));
    put(service("two"));
    put(config_map("settings", {}));
  }
  void put_version(const std::string& service_name, const StringPairs& annotations = {},
                   const std::string& class_name = "headgate") {
    Ingress version = ingress("i", {rule("a.org", {path("/", service_name)})});
    version.metadata.annotations = annotations;
    version.class_name = class_name;
    put(version);
    publish();
  }
  std::string served() { return route("a.org", "/"); }
};

TEST_F(IngressVersionsTest, ANewOneIsNotServed) {
  put_version("one", {{kPassthrough, "maybe"}});
  EXPECT_EQ(served(), "404");
  EXPECT_THAT(findings(),
              ElementsAre("error: Ingress default/i: metadata.annotations[nginx.ingress.kubernetes."
                          "io/ssl-passthrough]: 'maybe' is neither true nor false; the Ingress is "
                          "not served"));
}

TEST_F(IngressVersionsTest, AnEditedOneKeepsItsOldVersion) {
  put_version("one");
  put_version("two", {{kPassthrough, "maybe"}});
  EXPECT_EQ(served(), "default-one-80");
  EXPECT_THAT(findings(),
              ElementsAre(HasSubstr("this version of the Ingress is not served, the one before is")));
  put_version("two", {{kPassthrough, "false"}});
  EXPECT_EQ(served(), "default-two-80");
  EXPECT_THAT(findings(), IsEmpty());
}

TEST_F(IngressVersionsTest, ADeletedOneIsGoneWithAllItsVersions) {
  put_version("one");
  put_version("two", {{kPassthrough, "maybe"}});
  remove(Kind::ingress, "i");
  publish();
  EXPECT_EQ(served(), "404");
  EXPECT_THAT(findings(), IsEmpty());
  put_version("two", {{kPassthrough, "maybe"}});
  EXPECT_EQ(served(), "404") << "the old version does not come back";
}

TEST_F(IngressVersionsTest, TheOldVersionDoesNotOutliveItsClass) {
  put_version("one");
  put_version("two", {{kPassthrough, "maybe"}}, "other");
  EXPECT_EQ(served(), "404");
  EXPECT_THAT(findings(), IsEmpty()) << "it is none of our business any more";
}

TEST_F(IngressVersionsTest, TheRiskLevelActsOnWhatIsThere) {
  put_version("one", {{kSecret, "default/ca"}});
  EXPECT_EQ(served(), "default-one-80");
  put(config_map("settings", {{"annotations-risk-level", "Low"}}));
  publish();
  EXPECT_EQ(served(), "404");
  EXPECT_THAT(findings(),
              ElementsAre(HasSubstr("above the annotations-risk-level Low; the Ingress is not served")));
  put(config_map("settings", {{"annotations-risk-level", "Medium"}}));
  publish();
  EXPECT_EQ(served(), "default-one-80");
  put(config_map("settings", {{"annotation-value-word-blocklist", "/ca"}}));
  publish();
  EXPECT_EQ(served(), "404");
  remove(Kind::config_map, "settings");
  publish();
  EXPECT_EQ(served(), "default-one-80");
}

TEST_F(IngressVersionsTest, ANewerVersionWaitsForTheRiskLevel) {
  put_version("one");
  put(config_map("settings", {{"annotations-risk-level", "Low"}}));
  put_version("two", {{kSecret, "default/ca"}});
  EXPECT_EQ(served(), "default-one-80");
  remove(Kind::config_map, "settings");
  publish();
  EXPECT_EQ(served(), "default-two-80");
}

}  // namespace
}  // namespace headgate::k8swatch
