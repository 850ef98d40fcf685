// manifests/ as users apply them: rendered by kustomize, judged by the real API server.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cluster/cluster.h"

namespace headgate::cluster_test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// A kustomization of the variant with both components, as a user would write one.
std::string with_components(const std::string& variant) {
  Cluster& cluster = Cluster::shared();
  const std::string folder = cluster.file("kustomization-of-" + variant);
  std::filesystem::create_directories(folder);
  const std::string there = std::filesystem::relative(manifests_folder(), folder).string();
  write_file(folder + "/kustomization.yaml", "resources: [" + there + "/" + variant + "]\ncomponents: [" +
                                                 there + "/components/drop-in, " + there +
                                                 "/components/webhook]\n");
  return folder;
}

class Manifests : public ::testing::TestWithParam<const char*> {
 protected:
  // Server-side validation with nothing unknown, nothing doubled; nothing is stored.
  static KubectlResult try_out(const std::string& folder) {
    return Cluster::shared().kubectl({"apply", "--server-side", "--force-conflicts", "--validate=strict",
                                      "--dry-run=server", "-k", folder});
  }
};

TEST_P(Manifests, AreTakenByTheServerWithoutAWarning) {
  const KubectlResult result = try_out(manifests_folder() + "/" + GetParam());
  EXPECT_EQ(result.code, 0) << result.error;
  EXPECT_EQ(result.error, "");
}

TEST_P(Manifests, AreTakenWithTheComponents) {
  const std::string folder = with_components(GetParam());
  const KubectlResult result = try_out(folder);
  EXPECT_EQ(result.code, 0) << result.error;
  EXPECT_EQ(result.error, "");
  const std::string text = Cluster::shared().kubectl({"kustomize", folder}).output;
  EXPECT_THAT(text, HasSubstr("- --ingress-class=nginx\n"));
  EXPECT_THAT(text, HasSubstr("controller: k8s.io/ingress-nginx\n"));
  EXPECT_THAT(text, HasSubstr("- --validating-webhook=:8443\n"));
  EXPECT_THAT(text, Not(HasSubstr("controller: headgate.dev")))
      << "the class of its own is replaced, not doubled";
}

INSTANTIATE_TEST_SUITE_P(Variants, Manifests, ::testing::Values("deployment", "daemon-set"),
                         [](const auto& variant) {
                           return std::string(variant.param) == "deployment" ? "deployment" : "daemon_set";
                         });

// The pod of a workload, as a Pod.
std::string pod_of(const std::string& variant, const std::string& workload) {
  Cluster& cluster = Cluster::shared();
  const KubectlResult set = cluster.kubectl({"create", "--dry-run=server", "-f",
                                             manifests_folder() + "/" + variant + "/" + workload + ".yaml",
                                             "--namespace=headgate", "-o", "jsonpath={.spec.template}"});
  // The Deployment is there already; the DaemonSet is not.
  return set.output;
}

TEST(ManifestPods, OfBothVariantsAreTheSame) {
  // By text: what differs is where they are spread and whose address they publish.
  const auto containers_of = [](const std::string& variant, const std::string& workload) {
    const std::string text = read_file(manifests_folder() + "/" + variant + "/" + workload);
    const std::size_t begin = text.find("      containers:");
    EXPECT_NE(begin, std::string::npos) << variant;
    std::string containers = text.substr(begin);
    const std::string publish = "            - --publish-service=$(POD_NAMESPACE)/headgate\n";
    if (const std::size_t at = containers.find(publish); at != std::string::npos)
      containers.erase(at, publish.size());
    return containers;
  };
  EXPECT_EQ(containers_of("deployment", "deployment.yaml"), containers_of("daemon-set", "daemon-set.yaml"));
}

TEST(ManifestPods, AreAllowedByTheRestrictedPolicy) {
  Cluster& cluster = Cluster::shared();
  const std::string template_of_pod = pod_of("daemon-set", "daemon-set");
  ASSERT_THAT(template_of_pod, HasSubstr("\"spec\":"));
  std::string pod = template_of_pod;
  pod.replace(0, 1, R"({"apiVersion":"v1","kind":"Pod",)");
  const std::size_t metadata = pod.find(R"("metadata":{)");
  ASSERT_NE(metadata, std::string::npos);
  pod.insert(metadata + 12, R"("name":"headgate-try",)");
  const std::string path = "/api/v1/namespaces/headgate/pods?dryRun=All&fieldValidation=Strict";
  const test_support::HttpResponse taken = cluster.api().request("POST", path, pod, "application/json");
  EXPECT_EQ(taken.status, 201) << taken.body;
  // And the policy does judge: the same pod with a privilege is refused.
  const std::size_t at = pod.find(R"("allowPrivilegeEscalation":false)");
  ASSERT_NE(at, std::string::npos);
  pod.replace(at, 32, R"("allowPrivilegeEscalation":true)");
  EXPECT_EQ(cluster.api().request("POST", path, pod, "application/json").status, 403);
}

}  // namespace
}  // namespace headgate::cluster_test
