// Headgate confined to one namespace, or to those a selector chooses.
#include <gtest/gtest.h>

#include "cluster/cluster_fixture.h"

namespace headgate::cluster_test {
namespace {

class ClusterNamespaces : public ClusterTest {
 protected:
  ClusterNamespaces() { label("null"); }
  ~ClusterNamespaces() override { label("null"); }

  // The same objects in the second namespace, which the first call makes.
  std::string elsewhere(std::string yaml) {
    static const std::string kDefault = "namespace: default";
    for (std::size_t at = 0; (at = yaml.find(kDefault, at)) != std::string::npos;)
      yaml.replace(at, kDefault.size(), std::string("namespace: ") + kElsewhere);
    return yaml;
  }
  // `value`: JSON.
  void label(const std::string& value) {
    cluster.api().request("POST", "/api/v1/namespaces",
                          std::string(R"({"metadata":{"name":")") + kElsewhere + R"("}})",
                          "application/json");
    const std::string patch = R"({"metadata":{"labels":{"headgate":)" + value + "}}}";
    EXPECT_EQ(cluster.api()
                  .request("PATCH", std::string("/api/v1/namespaces/") + kElsewhere, patch, kMergePatch)
                  .status,
              200);
  }
  static ReplicaOptions with(const std::string& flag) {
    ReplicaOptions options;
    options.flags = {flag};
    return options;
  }
};

TEST_F(ClusterNamespaces, AllOfThemAreServedByDefault) {
  cluster.apply(service_with_pod("here") + ingress("here", "here.test", "here") +
                elsewhere(service_with_pod("there") + ingress("there", "there.test", "there")));
  const Replica headgate(cluster);
  EXPECT_EQ(headgate.get("here.test").field("X-Pod"), "here");
  EXPECT_EQ(headgate.get("there.test").field("X-Pod"), "there");
}

TEST_F(ClusterNamespaces, OneAloneIsServedWithWatchNamespace) {
  cluster.apply(service_with_pod("here") + ingress("here", "here.test", "here") +
                elsewhere(service_with_pod("there") + ingress("there", "there.test", "there")));
  const Replica headgate(cluster, with(std::string("--watch-namespace=") + kElsewhere));
  EXPECT_EQ(headgate.get("here.test").status, 404);
  EXPECT_EQ(headgate.get("there.test").field("X-Pod"), "there");
}

TEST_F(ClusterNamespaces, TheSelectorFollowsTheLabelsOfNamespaces) {
  cluster.apply(service_with_pod("here") + ingress("here", "here.test", "here") +
                elsewhere(service_with_pod("there") + ingress("there", "there.test", "there")));
  const Replica headgate(cluster, with("--watch-namespace-selector=headgate=yes"));
  EXPECT_EQ(headgate.get("here.test").status, 404);
  EXPECT_EQ(headgate.get("there.test").status, 404);
  label("\"yes\"");
  EXPECT_TRUE(headgate.wait_for("there.test", "/", 200, "there"));
  EXPECT_EQ(headgate.get("here.test").status, 404);
  label("\"no\"");
  EXPECT_TRUE(headgate.wait_for("there.test", "/", 404));
}

}  // namespace
}  // namespace headgate::cluster_test
