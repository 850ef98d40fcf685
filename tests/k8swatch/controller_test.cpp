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
  put(service("web"));
  put(slice("web-1", "web", {"10.0.0.1"}));
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

TEST_F(ControllerTest, AVersionThatDiffersInNothingWeReadIsNoChange) {
  put(ingress_class("headgate"));
  put(service("web"));
  Ingress i = ingress("i", {rule("a.org", {path("/", "web")})});
  i.metadata.uid = "u";
  i.metadata.resource_version = "7";
  EndpointSlice s = slice("web-1", "web", {"10.0.0.1"});
  s.metadata.uid = "v";
  s.metadata.resource_version = "8";
  put(i);
  put(s);
  publish();
  i.metadata.resource_version = "9";  // its status was written
  s.metadata.resource_version = "10";
  put(i);
  put(s);
  EXPECT_FALSE(controller().deadline());
  i.rules[0].paths[0].path = "/x";
  put(i);
  EXPECT_TRUE(controller().deadline());
}

TEST_F(ControllerTest, WaitsForTheServiceOfANewIngress) {
  put(ingress_class("headgate"));
  publish();
  const TimePoint start = now();
  put(ingress("i", {rule("a.org", {path("/", "web")})}));
  EXPECT_EQ(controller().deadline(), start + milliseconds(50));
  now() += milliseconds(3);
  put(service("web"));
  EXPECT_EQ(controller().deadline(), start + milliseconds(50));
  now() += milliseconds(3);
  put(slice("web-1", "web", {"10.0.0.1"}));
  EXPECT_EQ(controller().deadline(), now() + milliseconds(2));
  controller().run_due(now() + milliseconds(2));
  EXPECT_EQ(route("a.org", "/"), "default-web-80");
}

TEST_F(ControllerTest, WaitsForTheSecretOfANewIngress) {
  put(ingress_class("headgate"));
  publish();
  Ingress i = ingress("i", {});
  i.default_backend.reset();
  i.tls = {{{"a.org"}, "cert"}};
  put(i);
  EXPECT_EQ(controller().deadline(), now() + milliseconds(50));
  Secret secret;
  secret.metadata = metadata("cert");
  put(secret);
  EXPECT_EQ(controller().deadline(), now() + milliseconds(2));
}

TEST_F(ControllerTest, DoesNotWaitForIngressesOfOthersAndPastOnes) {
  put(ingress_class("headgate"));
  publish();
  Ingress i = ingress("i", {rule("a.org", {path("/", "missing")})});
  i.class_name = "other";
  put(i);
  EXPECT_EQ(controller().deadline(), now() + milliseconds(2));
  i.class_name = "headgate";
  put(i);
  EXPECT_EQ(controller().deadline(), now() + milliseconds(50));
  remove(Kind::ingress, "i");
  EXPECT_EQ(controller().deadline(), now() + milliseconds(2));
  publish();
  put(i);
  publish();
  put(service("other"));
  EXPECT_EQ(controller().deadline(), now() + milliseconds(2)) << "its time is over";
}

TEST_F(ControllerTest, EndpointsDoNotWaitForAStormToPass) {
  put(ingress_class("headgate"));
  put(service("web"));
  put(slice("web-1", "web", {"10.0.0.1"}));
  publish();
  const TimePoint start = now();
  put(slice("web-1", "web", {"10.0.0.2"}));
  for (int i = 0; i < 20; ++i) {
    now() += milliseconds(1);
    put(ingress("i" + std::to_string(i), {rule("h" + std::to_string(i) + ".org", {path("/", "web")})}));
  }
  EXPECT_EQ(controller().deadline(), start + milliseconds(5));
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
