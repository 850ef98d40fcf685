#include "k8swatch/controller.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "k8swatch/controller_fixture.h"

namespace headgate::k8swatch {
namespace {

using namespace testing;
using std::chrono::milliseconds;
using ::testing::ElementsAre;

class ControllerTest : public ::testing::Test, public ControllerFixture {};

TEST_F(ControllerTest, PublishesNothingBeforeTheSourceIsSynced) {
  put(service("web"));
  put(ingress("i", {rule("a.org", {path("/", "web")})}));
  EXPECT_FALSE(controller().deadline());
  now() += std::chrono::hours(1);
  controller().run_due(now());
  EXPECT_TRUE(published().empty());
  EXPECT_EQ(controller().dump(), "");
}

TEST_F(ControllerTest, FirstPublicationIsDueAtOnceAndHoldsATableEvenIfEmpty) {
  controller().synced();
  EXPECT_EQ(controller().deadline(), now());
  controller().run_due(now());
  ASSERT_EQ(published().size(), 1U);
  ASSERT_NE(published()[0]->table, nullptr);
  EXPECT_EQ(published()[0]->generation, 1U);
  EXPECT_EQ(published()[0]->table->generation(), 1U);
  EXPECT_FALSE(controller().deadline());
}

TEST_F(ControllerTest, ABurstBecomesOnePublication) {
  put(ingress_class("headgate"));
  publish();
  for (int i = 0; i < 20; ++i) {
    put(ingress("i" + std::to_string(i), {rule("h" + std::to_string(i) + ".org", {path("/", "web")})}));
    now() += milliseconds(1);
    controller().run_due(now());
  }
  EXPECT_EQ(published().size(), 1U);
  EXPECT_EQ(controller().deadline(), now() + milliseconds(1));
  now() += milliseconds(1);
  controller().run_due(now());
  ASSERT_EQ(published().size(), 2U);
  EXPECT_EQ(published()[1]->generation, 2U);
}

TEST_F(ControllerTest, AReplayedVersionIsNoChange) {
  Ingress i = ingress("i", {rule("a.org", {path("/", "web")})});
  i.metadata.uid = "u";
  i.metadata.resource_version = "7";
  put(i);
  publish();
  put(i);
  EXPECT_FALSE(controller().deadline());
}

TEST_F(ControllerTest, UnknownRemovalsAreHarmless) {
  publish();
  for (const Kind kind : {Kind::ingress, Kind::ingress_class, Kind::service, Kind::endpoint_slice,
                          Kind::secret, Kind::config_map, Kind::namespace_})
    remove(kind, "nothing");
  EXPECT_FALSE(controller().deadline());
}

TEST_F(ControllerTest, WatchesOnlyItsNamespace) {
  ControllerOptions options;
  options.watch_namespace = "default";
  options.translation.classes.watch_without_class = true;
  ControllerFixture watcher(options);
  Ingress near = ingress("near", {rule("near.org", {path("/", "web")})});
  Ingress far = ingress("far", {rule("far.org", {path("/", "web")})});
  near.class_name.reset();
  far.class_name.reset();
  far.metadata.namespace_name = "elsewhere";
  watcher.put(near);
  watcher.put(far);
  watcher.publish();
  EXPECT_EQ(watcher.route("near.org", "/"), "default-web-80");
  EXPECT_EQ(watcher.route("far.org", "/"), "404");
}

TEST_F(ControllerTest, SourceFindingsReplaceThoseOfTheSameOrigin) {
  publish();
  const auto version = controller().findings_version();
  controller().set_source_findings("a.yaml", {{Severity::error, "a.yaml:3", "", "is broken"}});
  controller().set_source_findings("b.yaml", {{Severity::warning, "b.yaml:1", "", "is odd"}});
  EXPECT_THAT(findings(), ElementsAre("warning: b.yaml:1: is odd", "error: a.yaml:3: is broken"));
  controller().set_source_findings("a.yaml", {});
  EXPECT_THAT(findings(), ElementsAre("warning: b.yaml:1: is odd"));
  EXPECT_GT(controller().findings_version(), version);
}

TEST_F(ControllerTest, SaysWhenOurOwnClassDoesNotExist) {
  put(ingress("i", {rule("a.org", {path("/", "web")})}));
  publish();
  EXPECT_THAT(
      findings(),
      ElementsAre("error: Ingress default/i: spec.ingressClassName: there is no IngressClass 'headgate'; "
                  "the Ingress is not served"));
  put(ingress_class("headgate"));
  put(service("web"));
  publish();
  EXPECT_TRUE(findings().empty());
}

}  // namespace
}  // namespace headgate::k8swatch
