#include "k8swatch/ingress_class.h"

#include <gtest/gtest.h>

#include "k8swatch/object_builders.h"
#include "k8swatch/store.h"

namespace headgate::k8swatch {
namespace {

using namespace testing;

class IngressClassRulesTest : public ::testing::Test {
 protected:
  IngressClassRulesTest() {
    store_.upsert(object(ingress_class("ours")));
    store_.upsert(object(ingress_class("theirs", "k8s.io/ingress-nginx")));
    store_.upsert(object(ingress_class("headgate", "example.com/other")));
  }

  bool takes(const std::optional<std::string>& field, const std::optional<std::string>& annotation = {}) {
    Ingress tested = ingress("web", {});
    tested.class_name = field;
    if (annotation) tested.metadata.annotations = {{"kubernetes.io/ingress.class", *annotation}};
    return IngressClassRules(options_, store_).takes(tested);
  }

  ClassOptions options_;
  Store store_;
};

TEST_F(IngressClassRulesTest, FieldNamesAClassOfOurController) {
  EXPECT_TRUE(takes("ours"));
  EXPECT_FALSE(takes("theirs"));
  EXPECT_FALSE(takes("absent"));
}

TEST_F(IngressClassRulesTest, FieldDecidesWhateverTheAnnotationSays) {
  EXPECT_FALSE(takes("theirs", "headgate"));
  EXPECT_FALSE(takes("absent", "headgate"));
  EXPECT_TRUE(takes("ours", "nginx"));
}

TEST_F(IngressClassRulesTest, NameCountsOnlyByName) {
  EXPECT_FALSE(takes("headgate"));
  options_.ingress_class_by_name = true;
  EXPECT_TRUE(takes("headgate"));
  EXPECT_FALSE(takes("theirs"));
}

TEST_F(IngressClassRulesTest, AnnotationIsComparedWithTheFlag) {
  EXPECT_TRUE(takes(std::nullopt, "headgate"));
  EXPECT_FALSE(takes(std::nullopt, "ours"));
}

TEST_F(IngressClassRulesTest, NoClassIsTakenOnlyOnDemand) {
  EXPECT_FALSE(takes(std::nullopt));
  options_.watch_without_class = true;
  EXPECT_TRUE(takes(std::nullopt));
  EXPECT_FALSE(takes(std::nullopt, "nginx"));
}

TEST_F(IngressClassRulesTest, AnEmptyAnnotationIsThereAndNamesAnother) {
  options_.watch_without_class = true;
  EXPECT_FALSE(takes(std::nullopt, ""));
  EXPECT_TRUE(takes("ours", "")) << "the field decides alone";
  store_.set_classes_readable(false);
  EXPECT_FALSE(takes("ours", "")) << "the annotation decides alone";
  options_.watch_without_class = false;
  EXPECT_FALSE(takes(std::nullopt, ""));
  options_.standalone = true;
  EXPECT_TRUE(takes(std::nullopt, "")) << "no class of others";
}

TEST_F(IngressClassRulesTest, StandaloneTakesAllButClassesOfOthers) {
  options_.standalone = true;
  EXPECT_TRUE(takes(std::nullopt));
  EXPECT_TRUE(takes("absent"));
  EXPECT_TRUE(takes("ours"));
  EXPECT_FALSE(takes("theirs"));
  EXPECT_FALSE(takes(std::nullopt, "theirs"));
  EXPECT_TRUE(takes(std::nullopt, "nginx"));
}

TEST_F(IngressClassRulesTest, DisableCatchAllPassesOverADefaultBackendAndSaysSo) {
  Ingress tested = ingress("web", {});
  tested.class_name = "ours";
  tested.default_backend = backend("web");
  EXPECT_TRUE(IngressClassRules(options_, store_).takes(tested));
  EXPECT_FALSE(IngressClassRules(options_, store_).doubt(tested));

  options_.disable_catch_all = true;
  const IngressClassRules rules(options_, store_);
  EXPECT_FALSE(rules.takes(tested));
  ASSERT_TRUE(rules.doubt(tested));
  EXPECT_EQ(
      to_string(*rules.doubt(tested)),
      "error: Ingress default/web: spec.defaultBackend: not allowed with --disable-catch-all; the Ingress "
      "is not served");
  tested.class_name = "theirs";
  EXPECT_FALSE(rules.doubt(tested)) << "not our business";
  EXPECT_TRUE(takes("ours")) << "without a default backend";
}

TEST_F(IngressClassRulesTest, DoubtsOnlyOurOwnAbsentClass) {
  options_.ingress_class = "gate";
  const IngressClassRules rules(options_, store_);
  Ingress tested = ingress("web", {});
  tested.class_name = "gate";
  ASSERT_TRUE(rules.doubt(tested));
  EXPECT_EQ(rules.doubt(tested)->reason, "there is no IngressClass 'gate'; the Ingress is not served");
  tested.class_name = "absent";
  EXPECT_FALSE(rules.doubt(tested));
}

TEST_F(IngressClassRulesTest, WithoutPermissionOnClassesTheAnnotationDecides) {
  store_.set_classes_readable(false);
  EXPECT_FALSE(takes("ours"));
  EXPECT_TRUE(takes("ours", "headgate"));
  EXPECT_FALSE(takes("ours", "nginx"));
  EXPECT_TRUE(takes(std::nullopt, "headgate"));
  EXPECT_FALSE(takes("headgate"));
  options_.ingress_class_by_name = true;
  EXPECT_TRUE(takes("headgate")) << "the name is enough";
  options_.watch_without_class = true;
  EXPECT_TRUE(takes("ours"));
  EXPECT_TRUE(takes(std::nullopt));
}

TEST_F(IngressClassRulesTest, AChangedPermissionIsAChangeOfWhatNamesAClass) {
  Ingress named = ingress("named", {rule("a.org", {})});
  named.class_name = "ours";
  Ingress annotated = ingress("annotated", {rule("b.org", {})});
  annotated.class_name.reset();
  store_.upsert(object(named));
  store_.upsert(object(annotated));
  static_cast<void>(store_.take_changes());
  store_.set_classes_readable(true);
  EXPECT_FALSE(store_.has_changes());
  store_.set_classes_readable(false);
  const Changes changes = store_.take_changes();
  EXPECT_EQ(changes.ingresses, std::set<std::string>{"default/named"});
  EXPECT_EQ(changes.hosts, std::set<std::string>{"a.org"});
}

}  // namespace
}  // namespace headgate::k8swatch
