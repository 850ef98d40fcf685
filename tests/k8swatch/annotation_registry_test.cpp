// Each annotation of ingress-nginx has a row in the registry: nothing that somebody uses there goes
// unnoticed.
#include "k8swatch/annotations/registry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <string>

#include "k8swatch/controller_fixture.h"

namespace headgate::k8swatch {
namespace {

using namespace testing;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

constexpr const char* kPrefix = "nginx.ingress.kubernetes.io/";

// Of controller v1.15.1, the last release.
std::set<std::string> names_of_ingress_nginx() {
  std::ifstream file(HEADGATE_SOURCE_DIR "/tests/k8swatch/ingress_nginx_annotations.txt");
  std::set<std::string> names;
  for (std::string line; std::getline(file, line);) names.insert(line);
  return names;
}

TEST(AnnotationRegistry, HasARowForEachNameOfIngressNginx) {
  const std::set<std::string> names = names_of_ingress_nginx();
  ASSERT_EQ(names.size(), 136U);
  for (const std::string& name : names) EXPECT_NE(find_annotation(name), nullptr) << name << " has no row";
}

TEST(AnnotationRegistry, KnowsNoOtherNameWithoutSayingWhose) {
  const std::set<std::string> names = names_of_ingress_nginx();
  for (const AnnotationRow& row : annotation_table())
    EXPECT_NE(names.contains(std::string(row.name)), row.name.starts_with(kOwnPrefix))
        << row.name << " is neither of ingress-nginx nor named as ours";
}

TEST(AnnotationRegistry, SaysWhyAndWhatInsteadOfWhatIsRefused) {
  std::size_t refused = 0;
  for (const AnnotationRow& row : annotation_table()) {
    if (row.group != AnnotationGroup::refused) continue;
    ++refused;
    EXPECT_FALSE(row.doc.empty()) << row.name;
    EXPECT_FALSE(row.deviation.empty()) << row.name;
    EXPECT_EQ(row.on_invalid == OnInvalid::drop_ingress, row.risk == AnnotationRisk::critical) << row.name;
  }
  EXPECT_EQ(refused, 12U);
}

class RefusedAnnotations : public ::testing::Test, public ControllerFixture {
 protected:
  RefusedAnnotations() : ControllerFixture(with_config_map()) {
    put(ingress_class("headgate"));
    put(service("web"));
    put(slice("web-1", "web", {"10.0.0.1"}));
  }
  std::vector<std::string> with(const std::string& name, const std::string& value,
                                const std::string& level = "High") {
    put(config_map("settings", {{"annotations-risk-level", level}}));
    Ingress asking = ingress("i", {rule("a.org", {path("/", "web")})});
    asking.metadata.annotations = {{kPrefix + name, value}};
    put(asking);
    publish();
    return findings();
  }
};

TEST_F(RefusedAnnotations, TextForNginxCostsTheIngressWhateverTheLevel) {
  for (const char* name :
       {"configuration-snippet", "server-snippet", "stream-snippet", "auth-snippet", "modsecurity-snippet"}) {
    for (const char* level : {"High", "Critical"}) {
      EXPECT_THAT(with(name, "deny all;\nallow none;\n", level),
                  ElementsAre(AllOf(StartsWith("error: Ingress default/i: metadata.annotations["),
                                    HasSubstr(std::string(name) + "]: is not supported. "))))
          << name << " " << level;
      EXPECT_EQ(route("a.org", "/"), "404");
      remove(Kind::ingress, "i");
      publish();
    }
  }
}

TEST_F(RefusedAnnotations, AMissingFirewallIsAnErrorAndTheRestServes) {
  EXPECT_THAT(with("enable-modsecurity", "true"),
              ElementsAre(AllOf(StartsWith("error: "), HasSubstr("served WITHOUT this protection"))));
  EXPECT_EQ(route("a.org", "/"), "default-web-80");
}

TEST_F(RefusedAnnotations, WhatIsSwitchedOffIsNotMissed) {
  EXPECT_THAT(with("enable-modsecurity", "false"), IsEmpty());
  EXPECT_THAT(with("enable-rewrite-log", "false"), IsEmpty());
  EXPECT_THAT(with("enable-rewrite-log", ""), IsEmpty());
}

TEST_F(RefusedAnnotations, AMissingFeatureIsAWarningThatSaysWhatInstead) {
  EXPECT_THAT(with("enable-rewrite-log", "true"),
              ElementsAre(AllOf(StartsWith("warning: "), HasSubstr("/debug/explain"))));
  EXPECT_THAT(with("fastcgi-index", "index.php"),
              ElementsAre(AllOf(StartsWith("warning: "), HasSubstr("FastCGI"))));
  EXPECT_EQ(route("a.org", "/"), "default-web-80");
}

TEST_F(RefusedAnnotations, TheRiskLevelCountsForTheOthers) {
  EXPECT_THAT(with("modsecurity-transaction-id", "$request_id", "Medium"),
              ElementsAre(HasSubstr("has the risk High, above the annotations-risk-level Medium")));
  EXPECT_EQ(route("a.org", "/"), "404");
}

}  // namespace
}  // namespace headgate::k8swatch
