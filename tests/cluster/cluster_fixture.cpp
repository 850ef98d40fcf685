// Objects that a kubelet would write.
#include "cluster/cluster_fixture.h"

namespace headgate::cluster_test {

void ClusterTest::add_running_pod(const std::string& name) {
  const std::string path = "/api/v1/namespaces/headgate/pods";
  const std::string pod =
      R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":")" + name +
      R"(","labels":{"app.kubernetes.io/name":"headgate"}},"spec":{"nodeName":"node-1",)"
      R"("securityContext":{"runAsNonRoot":true,"runAsUser":65532,"seccompProfile":{"type":"RuntimeDefault"}},)"
      R"("containers":[{"name":"headgate","image":"headgate","securityContext":)"
      R"({"allowPrivilegeEscalation":false,"capabilities":{"drop":["ALL"]}}}]}})";
  const test_support::HttpResponse made = cluster.api().request("POST", path, pod, "application/json");
  ASSERT_EQ(made.status, 201) << made.body;
  const std::string running =
      R"({"status":{"phase":"Running","conditions":[{"type":"Ready","status":"True"}]}})";
  ASSERT_EQ(cluster.api().request("PATCH", path + "/" + name + "/status", running, kMergePatch).status, 200);
}

void ClusterTest::add_node(const std::string& name, const std::string& address) {
  const std::string node = R"({"apiVersion":"v1","kind":"Node","metadata":{"name":")" + name +
                           R"(","labels":{"topology.kubernetes.io/zone":"zone-1"}}})";
  cluster.api().request("POST", "/api/v1/nodes", node, "application/json");  // or it is there already
  const std::string status =
      R"({"status":{"addresses":[{"type":"ExternalIP","address":")" + address + R"("}]}})";
  const test_support::HttpResponse written =
      cluster.api().request("PATCH", "/api/v1/nodes/" + name + "/status", status, kMergePatch);
  ASSERT_EQ(written.status, 200) << written.body;
}

}  // namespace headgate::cluster_test
