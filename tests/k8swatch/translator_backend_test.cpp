// From backends to Clusters: Services, ports, the default backend, settings, slots.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "k8swatch/controller_fixture.h"

namespace headgate::k8swatch {
namespace {

using namespace testing;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using namespace std::chrono_literals;

ControllerOptions with_flags() {
  ControllerOptions options;
  options.translation.config_map = "system/headgate";
  options.translation.default_backend_service = "system/fallback";
  return options;
}

class TranslatorBackendTest : public ::testing::Test, public ControllerFixture {
 protected:
  TranslatorBackendTest() { put(ingress_class("headgate")); }

  // Endpoints last published for the Cluster of that name.
  std::vector<std::string> endpoints(const std::string& cluster) {
    std::vector<std::string> texts;
    for (const auto& publication : published())
      for (const router::ClusterUpdate& update : publication->clusters) {
        if (update.cluster->name != cluster) continue;
        texts.clear();
        if (update.endpoints == nullptr) continue;
        for (const router::Endpoint& each : update.endpoints->endpoints) texts.push_back(each.text);
      }
    return texts;
  }
};

TEST_F(TranslatorBackendTest, AnAbsentServiceIsA503UntilItComes) {
  put(ingress("i", {rule("a.org", {path("/", "web")})}));
  publish();
  EXPECT_EQ(route("a.org", "/"), "default-web-80");
  EXPECT_THAT(endpoints("default-web-80"), IsEmpty());
  EXPECT_THAT(
      findings(),
      ElementsAre("error: Ingress default/i: spec.rules[0].http.paths[0].backend.service.name: Service "
                  "default/web does not exist; answered with 503"));
  put(slice("web-1", "web", {"10.0.0.1"}));
  publish();
  EXPECT_THAT(endpoints("default-web-80"), IsEmpty());
  put(service("web"));
  const auto publication = publish();
  ASSERT_NE(publication, nullptr);
  EXPECT_EQ(publication->table, nullptr);
  EXPECT_THAT(endpoints("default-web-80"), ElementsAre("10.0.0.1:8080"));
  EXPECT_THAT(findings(), IsEmpty());
  remove(Kind::service, "web");
  publish();
  EXPECT_THAT(endpoints("default-web-80"), IsEmpty());
  EXPECT_EQ(findings().size(), 1U);
}

TEST_F(TranslatorBackendTest, AnAbsentPortIsA503) {
  put(service("web"));
  put(slice("web-1", "web", {"10.0.0.1"}));
  put(ingress("i", {rule("a.org", {path("/", "web", "Prefix", "81"), path("/n", "web", "Prefix", "")})}));
  publish();
  EXPECT_THAT(endpoints("default-web-81"), IsEmpty());
  EXPECT_THAT(
      findings(),
      ElementsAre("error: Ingress default/i: spec.rules[0].http.paths[0].backend.service.port: Service "
                  "default/web has no TCP port '81'; answered with 503",
                  "error: Ingress default/i: spec.rules[0].http.paths[1].backend.service.port: no port "
                  "is given; answered with 503"));
}

TEST_F(TranslatorBackendTest, PortsAreNamedByNumberNameOrTarget) {
  put(service("web"));
  put(slice("web-1", "web", {"10.0.0.1"}));
  put(ingress("i", {rule("a.org", {path("/a", "web", "Prefix", "80"), path("/b", "web", "Prefix", "http"),
                                   path("/c", "web", "Prefix", "8080")})}));
  publish();
  for (const char* name : {"default-web-80", "default-web-http", "default-web-8080"})
    EXPECT_THAT(endpoints(name), ElementsAre("10.0.0.1:8080")) << name;
}

TEST_F(TranslatorBackendTest, AResourceIsAnsweredByTheDefaultBackend) {
  put(ingress("i", {rule("a.org", {path("/static", "")})}));
  publish();
  EXPECT_EQ(route("a.org", "/static"), "404");
  EXPECT_THAT(
      findings(),
      ElementsAre("warning: Ingress default/i: spec.rules[0].http.paths[0].backend.resource: a resource "
                  "is not supported as a backend; the default backend answers"));
}

TEST_F(TranslatorBackendTest, ARefusedEndpointIsToldOnce) {
  put(service("web"));
  put(slice("web-1", "web", {"169.254.169.254"}));
  put(ingress("i", {rule("a.org", {path("/", "web"), path("/n", "web", "Prefix", "http")})}));
  publish();
  EXPECT_EQ(findings().size(), 1U);
  remove(Kind::endpoint_slice, "web-1");
  publish();
  EXPECT_THAT(findings(), IsEmpty());
}

TEST_F(TranslatorBackendTest, ASliceMayMoveToAnotherService) {
  for (const char* name : {"web", "api"}) put(service(name));
  put(ingress("i", {rule("a.org", {path("/", "web"), path("/api", "api")})}));
  put(slice("s", "web", {"10.0.0.1"}));
  publish();
  put(slice("s", "api", {"10.0.0.1"}));
  publish();
  EXPECT_THAT(endpoints("default-web-80"), IsEmpty());
  EXPECT_THAT(endpoints("default-api-80"), ElementsAre("10.0.0.1:8080"));
}

TEST_F(TranslatorBackendTest, EndpointsAloneLeaveTheTable) {
  put(service("web"));
  put(ingress("i", {rule("a.org", {path("/", "web")})}));
  publish();
  const auto before = controller().counters();
  put(slice("web-1", "web", {"10.0.0.1"}));
  const auto publication = publish();
  ASSERT_NE(publication, nullptr);
  EXPECT_EQ(publication->table, nullptr);
  EXPECT_EQ(publication->generation, 2U);
  ASSERT_EQ(publication->clusters.size(), 1U);
  EXPECT_EQ(publication->clusters[0].cluster, published()[0]->clusters[0].cluster);
  EXPECT_EQ(controller().counters().hosts_rebuilt, before.hosts_rebuilt);
  EXPECT_EQ(controller().counters().endpoint_updates, before.endpoint_updates + 1);
}

TEST_F(TranslatorBackendTest, WhatChangesNothingPublishesNothing) {
  put(service("web"));
  put(slice("web-1", "web", {"10.0.0.1"}));
  Ingress i = ingress("i", {rule("a.org", {path("/", "web")})});
  put(i);
  publish();
  i.metadata.resource_version = "2";  // its status was written
  put(i);
  put(slice("web-1", "web", {"10.0.0.1"}));
  put(slice("other", "unused", {"10.0.0.1"}));
  EXPECT_EQ(publish(), nullptr);
}

TEST_F(TranslatorBackendTest, UnchangedHostsAreShared) {
  put(service("web"));
  put(ingress("a", {rule("a.org", {path("/", "web")})}));
  put(ingress("b", {rule("b.org", {path("/", "web")})}));
  publish();
  const auto old = controller().table();
  put(ingress("b", {rule("b.org", {path("/new", "web")})}));
  publish();
  EXPECT_EQ(controller().table()->find_host("a.org"), old->find_host("a.org"));
  EXPECT_NE(controller().table()->find_host("b.org"), old->find_host("b.org"));
}

TEST_F(TranslatorBackendTest, ARouteKeepsItsSlotAndAGoneOneIsTold) {
  for (const char* name : {"web", "api"}) put(service(name));
  put(ingress("i", {rule("a.org", {path("/", "web"), path("/x", "web")})}));
  publish();
  const auto slot_of = [&](const std::string& at) {
    return controller().table()->match("a.org", at).route->slot;
  };
  const router::RouteSlot root = slot_of("/");
  const router::RouteSlot x = slot_of("/x");
  EXPECT_NE(root, x);
  EXPECT_NE(root, router::kDefaultRouteSlot);
  put(ingress("i", {rule("a.org", {path("/new", "web"), path("/", "api")})}));
  const auto publication = publish();
  EXPECT_EQ(slot_of("/"), root);
  EXPECT_NE(slot_of("/new"), x);  // not within the same Publication
  EXPECT_THAT(publication->removed_routes, ElementsAre(x));
  put(ingress("i", {rule("a.org", {path("/new", "web"), path("/", "api"), path("/newer", "web")})}));
  publish();
  EXPECT_EQ(slot_of("/newer"), x);
}

TEST_F(TranslatorBackendTest, AClusterNobodyNamesIsGoneAndItsSlotFree) {
  put(ingress("i", {rule("a.org", {path("/", "one")})}));
  const auto first = publish();
  ASSERT_EQ(first->clusters.size(), 1U);
  const router::ClusterSlot slot = first->clusters[0].slot;
  put(ingress("i", {rule("a.org", {path("/", "two")})}));
  const auto second = publish();
  ASSERT_EQ(second->clusters.size(), 2U);
  EXPECT_EQ(second->clusters[0].slot, slot);
  EXPECT_EQ(second->clusters[0].endpoints, nullptr);
  EXPECT_NE(second->clusters[1].slot, slot);
  put(ingress("i", {rule("a.org", {path("/", "two"), path("/three", "three")})}));
  const auto third = publish();
  ASSERT_EQ(third->clusters.size(), 1U);
  EXPECT_EQ(third->clusters[0].slot, slot);
}

class FlaggedController : public ::testing::Test, public ControllerFixture {
 protected:
  FlaggedController() : ControllerFixture(with_flags()) { put(ingress_class("headgate")); }
};

TEST_F(FlaggedController, DefaultBackendServiceAnswersWhatNobodyClaims) {
  put(ingress("i", {rule("a.org", {path("/x", "web"), path("/static", "")})}));
  publish();
  EXPECT_EQ(route("b.org", "/"), "404");
  EXPECT_THAT(
      findings(),
      ::testing::Contains("warning: Service system/fallback: named by --default-backend-service, does not "
                          "exist; the built-in 404 answers for it"));
  Service fallback = service("fallback");
  fallback.metadata.namespace_name = "system";
  put(fallback);
  EndpointSlice pods = slice("fallback-1", "fallback", {"10.0.0.7"});
  pods.metadata.namespace_name = "system";
  put(pods);
  const auto publication = publish();
  EXPECT_EQ(route("b.org", "/"), "upstream-default-backend");
  EXPECT_EQ(route("a.org", "/y"), "upstream-default-backend");
  EXPECT_EQ(route("a.org", "/static"), "upstream-default-backend");
  EXPECT_EQ(route("a.org", "/x"), "default-web-80");
  ASSERT_EQ(publication->clusters.size(), 1U);
  EXPECT_EQ(publication->clusters[0].endpoints->endpoints[0].text, "10.0.0.7:8080");
  remove(Kind::service, "fallback", "system");
  publish();
  EXPECT_EQ(route("b.org", "/"), "404");
}

TEST_F(FlaggedController, ConfigMapSetsTheRoutesAndIsFollowed) {
  put(ingress("i", {rule("a.org", {path("/", "web")})}));
  publish();
  EXPECT_THAT(findings(), ::testing::Contains(
                              "warning: ConfigMap system/headgate: named by --configmap, does not exist; all "
                              "its keys have their defaults"));
  ConfigMap settings = config_map("headgate", {{"proxy-read-timeout", "5"}});
  settings.metadata.namespace_name = "system";
  put(settings);
  publish();
  EXPECT_EQ(controller().table()->match("a.org", "/").route->settings.read_timeout, 5s);
  put(config_map("headgate", {{"proxy-read-timeout", "9"}}));  // of another namespace
  publish();
  EXPECT_EQ(controller().table()->match("a.org", "/").route->settings.read_timeout, 5s);
  remove(Kind::config_map, "headgate", "system");
  publish();
  EXPECT_EQ(controller().table()->match("a.org", "/").route->settings.read_timeout, 60s);
}

TEST_F(FlaggedController, ConfigMapOfTheSameSyncIsInTheFirstTable) {
  ConfigMap settings = config_map("headgate", {{"proxy-body-size", "8m"}});
  settings.metadata.namespace_name = "system";
  put(settings);
  put(ingress("i", {rule("a.org", {path("/", "web")})}));
  publish();
  EXPECT_EQ(controller().table()->match("a.org", "/").route->settings.max_body_bytes, 8U << 20);
}

}  // namespace
}  // namespace headgate::k8swatch
