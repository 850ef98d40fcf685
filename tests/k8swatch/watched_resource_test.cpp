#include "k8swatch/watched_resource.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace headgate::k8swatch {
namespace {

using ::testing::ElementsAre;

// "secrets /api/v1/secrets?…"
std::vector<std::string> lines_of(const WatchScope& scope) {
  std::vector<std::string> lines;
  std::set<std::string> names;
  for (const WatchedResource& each : watched_resources(scope)) {
    EXPECT_TRUE(names.insert(each.name).second) << each.name;
    EXPECT_EQ(each.is_optional, each.kind == Kind::ingress_class || each.name.starts_with("configmaps/all"));
    lines.push_back(each.name + " " + each.path + (each.query.empty() ? "" : "?" + each.query));
  }
  return lines;
}

TEST(WatchedResource, FollowsTheWholeCluster) {
  EXPECT_THAT(
      lines_of({}),
      ElementsAre("ingresses /apis/networking.k8s.io/v1/ingresses", "services /api/v1/services",
                  "endpointslices /apis/discovery.k8s.io/v1/endpointslices",
                  "secrets /api/v1/secrets?fieldSelector=type%21%3Dhelm.sh%2Frelease.v1",
                  "ingressclasses /apis/networking.k8s.io/v1/ingressclasses",
                  "configmaps/all /api/v1/configmaps?fieldSelector=metadata.name%21%3Dkube-root-ca.crt"));
}

TEST(WatchedResource, FollowsWhatFlagsName) {
  WatchScope scope;
  scope.config_map = "ingress/settings";
  scope.namespace_selector = "team in (a,b)";
  scope.default_ssl_certificate = "ingress/cert";
  scope.default_backend_service = "ingress/fallback";
  const auto lines = lines_of(scope);
  ASSERT_EQ(lines.size(), 8u) << "Secrets and Services are followed everywhere anyway";
  EXPECT_EQ(lines[5], "namespaces /api/v1/namespaces?labelSelector=team%20in%20%28a%2Cb%29");
  EXPECT_EQ(lines[6],
            "configmaps /api/v1/namespaces/ingress/configmaps?fieldSelector=metadata.name%3Dsettings");
  EXPECT_EQ(lines[7],
            "configmaps/all /api/v1/configmaps?fieldSelector=metadata.name%21%3Dkube-root-ca.crt%2C"
            "metadata.name%21%3Dsettings");
}

TEST(WatchedResource, FollowsOneNamespaceAndWhatFlagsNameElsewhere) {
  WatchScope scope;
  scope.watch_namespace = "shop";
  scope.config_map = "ingress/settings";
  scope.default_ssl_certificate = "certs/wild";
  scope.default_backend_service = "ingress/fallback";
  EXPECT_THAT(
      lines_of(scope),
      ElementsAre(
          "ingresses /apis/networking.k8s.io/v1/namespaces/shop/ingresses",
          "services /api/v1/namespaces/shop/services",
          "endpointslices /apis/discovery.k8s.io/v1/namespaces/shop/endpointslices",
          "secrets /api/v1/namespaces/shop/secrets?fieldSelector=type%21%3Dhelm.sh%2Frelease.v1",
          "ingressclasses /apis/networking.k8s.io/v1/ingressclasses",
          "configmaps /api/v1/namespaces/ingress/configmaps?fieldSelector=metadata.name%3Dsettings",
          "configmaps/all/shop /api/v1/namespaces/shop/configmaps?fieldSelector=metadata.name%21%3D"
          "kube-root-ca.crt",
          "configmaps/all/ingress /api/v1/namespaces/ingress/configmaps?fieldSelector=metadata.name%21%3D"
          "kube-root-ca.crt%2Cmetadata.name%21%3Dsettings",
          "secrets/ingress /api/v1/namespaces/ingress/secrets?fieldSelector=type%21%3Dhelm.sh%2Frelease.v1",
          "secrets/certs /api/v1/namespaces/certs/secrets?fieldSelector=metadata.name%3Dwild",
          "services/ingress /api/v1/namespaces/ingress/services?fieldSelector=metadata.name%3Dfallback",
          "endpointslices/ingress /apis/discovery.k8s.io/v1/namespaces/ingress/endpointslices?"
          "labelSelector=kubernetes.io%2Fservice-name%3Dfallback"));
}

TEST(WatchedResource, FollowsNothingTwice) {
  WatchScope scope;
  scope.watch_namespace = "ingress";
  scope.config_map = "ingress/settings";
  scope.default_ssl_certificate = "ingress/wild";
  scope.default_backend_service = "ingress/fallback";
  EXPECT_EQ(lines_of(scope).size(), 7u);
  scope.watch_namespace = "shop";
  EXPECT_EQ(lines_of(scope).size(), 11u)
      << "the certificate is among the Secrets of the ConfigMap's namespace";
}

}  // namespace
}  // namespace headgate::k8swatch
