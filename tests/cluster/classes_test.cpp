// Which Ingresses are taken, while the classes change under them.
#include <gtest/gtest.h>

#include "cluster/cluster_fixture.h"

namespace headgate::cluster_test {
namespace {

class ClusterClasses : public ClusterTest {
 protected:
  void use_class(const std::string& ingress_name, const std::string& class_name) {
    const std::string patch = class_name.empty() ? R"({"spec":{"ingressClassName":null}})"
                                                 : R"({"spec":{"ingressClassName":")" + class_name + R"("}})";
    EXPECT_EQ(cluster.api().request("PATCH", kIngressPath + "/" + ingress_name, patch, kMergePatch).status,
              200);
  }
};

TEST_F(ClusterClasses, AnIngressComesAndGoesWithItsClassName) {
  cluster.apply(service_with_pod("web") + test_support::ingress_class("foreign", "example.com/another") +
                ingress("web", "web.test", "web", "foreign"));
  const Replica headgate(cluster);
  EXPECT_EQ(headgate.get("web.test").status, 404);
  use_class("web", "headgate");
  EXPECT_TRUE(headgate.wait_for("web.test", "/", 200, "web"));
  use_class("web", "foreign");
  EXPECT_TRUE(headgate.wait_for("web.test", "/", 404));
  use_class("web", "");
  EXPECT_EQ(headgate.get("web.test").status, 404) << "without a class it is nobody's";
}

TEST_F(ClusterClasses, IngressesFollowAnIngressClassThatComesAndGoes) {
  cluster.apply(service_with_pod("web") + ingress("web", "web.test", "web", "later"));
  const Replica headgate(cluster);
  EXPECT_EQ(headgate.get("web.test").status, 404) << "its class is not there yet";
  const std::string later = test_support::ingress_class("later", "headgate.dev/ingress-controller");
  cluster.apply(later);
  EXPECT_TRUE(headgate.wait_for("web.test", "/", 200, "web"));
  cluster.remove(later);
  EXPECT_TRUE(headgate.wait_for("web.test", "/", 404));
  cluster.apply(test_support::ingress_class("later", "example.com/another"));
  cluster.apply(ingress("probe", "probe.test", "web"));
  ASSERT_TRUE(headgate.wait_for("probe.test", "/", 200));  // so the class has been seen as well
  EXPECT_EQ(headgate.get("web.test").status, 404);
}

TEST_F(ClusterClasses, TheDefaultClassIsThatOfIngressesWithoutOne) {
  cluster.apply(service_with_pod("web"));
  const std::string path = "/apis/networking.k8s.io/v1/ingressclasses/headgate";
  const auto set_default = [&](const std::string& value) {
    const std::string patch =
        R"({"metadata":{"annotations":{"ingressclass.kubernetes.io/is-default-class":)" + value + "}}}";
    EXPECT_EQ(cluster.api().request("PATCH", path, patch, kMergePatch).status, 200);
  };
  const Replica headgate(cluster);
  set_default("\"true\"");
  cluster.apply(ingress("web", "web.test", "web", ""));
  EXPECT_TRUE(headgate.wait_for("web.test", "/", 200, "web"));
  EXPECT_EQ(value("ingress/web", "{.spec.ingressClassName}"), "headgate") << "the API server fills it in";
  set_default("null");
}

TEST_F(ClusterClasses, TheAnnotationIsReadWhereThereIsNoClassName) {
  cluster.apply(service_with_pod("web") + ingress("web", "web.test", "web", ""));
  const Replica headgate(cluster);
  EXPECT_EQ(headgate.get("web.test").status, 404);
  const auto annotate = [&](const std::string& value) {
    const std::string patch =
        R"({"metadata":{"annotations":{"kubernetes.io/ingress.class":")" + value + R"("}}})";
    EXPECT_EQ(cluster.api().request("PATCH", kIngressPath + "/web", patch, kMergePatch).status, 200);
  };
  annotate("headgate");
  EXPECT_TRUE(headgate.wait_for("web.test", "/", 200, "web"));
  annotate("nginx");
  EXPECT_TRUE(headgate.wait_for("web.test", "/", 404));
}

TEST_F(ClusterClasses, WithoutTheRightToReadClassesTheAnnotationAloneCounts) {
  cluster.apply(service_with_pod("web") + ingress("named", "named.test", "web"));
  test_support::IngressSpec spec;
  spec.name = "annotated";
  spec.rules = {{"annotated.test", {{"/", "Prefix", "web", "80"}}}};
  cluster.apply(test_support::ingress(spec));
  EXPECT_EQ(
      cluster.kubectl({"annotate", "ingress", "annotated", "kubernetes.io/ingress.class=headgate"}).code, 0);
  const std::string role = "/apis/rbac.authorization.k8s.io/v1/clusterroles/headgate";
  const std::string rules = value("clusterrole/headgate", "{.rules}");
  std::string fewer = rules;
  const std::size_t at = fewer.find(",\"ingressclasses\"");
  ASSERT_NE(at, std::string::npos) << rules;
  fewer.erase(at, 17);
  ASSERT_EQ(cluster.api().request("PATCH", role, "{\"rules\":" + fewer + "}", kMergePatch).status, 200);
  {
    const Replica headgate(cluster);
    EXPECT_EQ(headgate.get("annotated.test").field("X-Pod"), "web");
    EXPECT_EQ(headgate.get("named.test").status, 404);
  }
  EXPECT_EQ(cluster.api().request("PATCH", role, "{\"rules\":" + rules + "}", kMergePatch).status, 200);
}

}  // namespace
}  // namespace headgate::cluster_test
