// `headgate check --kubeconfig`: the report on what runs in a real cluster.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cluster/cluster_fixture.h"
#include "support/headgate_process.h"

namespace headgate::cluster_test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class ClusterCheck : public ClusterTest {
 protected:
  // Runs it with Headgate's own rights.
  KubectlResult check(std::vector<std::string> more = {}) {
    std::vector<std::string> command{test_support::headgate_binary(), "check",
                                     "--kubeconfig=" + cluster.headgate_kubeconfig()};
    command.insert(command.end(), more.begin(), more.end());
    test_support::ChildProcess process(command);
    KubectlResult result;
    const std::optional<test_support::ExitStatus> end = process.wait();
    if (end) result.code = end->code;
    result.output = process.standard_output();
    result.error = process.standard_error();
    return result;
  }
  static std::string nginx_ingress(const std::string& name, const test_support::FieldList& annotations) {
    test_support::IngressSpec spec;
    spec.name = name;
    spec.class_name = "nginx";
    spec.rules = {{name + ".test", {{"/", "Prefix", "web", "80"}}}};
    spec.annotations = annotations;
    return test_support::ingress(spec);
  }
};

TEST_F(ClusterCheck, ReportsOnTheIngressesOfTheCluster) {
  cluster.apply(test_support::ingress_class("nginx", "k8s.io/ingress-nginx") + service_with_pod("web") +
                nginx_ingress("plain", {{"ssl-redirect", "false"}}) + ingress("ours", "ours.test", "web"));
  KubectlResult result = check();
  EXPECT_EQ(result.code, 0) << result.output << result.error;
  EXPECT_THAT(result.output, HasSubstr("Ingress default/plain: identical\n"));
  EXPECT_THAT(result.output, Not(HasSubstr("default/ours"))) << "of another class";

  cluster.apply(nginx_ingress("snippet", {{"configuration-snippet", "return 200;"}}));
  result = check({"-o", "json"});
  EXPECT_EQ(result.code, 1) << result.output << result.error;
  EXPECT_THAT(result.output, AllOf(HasSubstr(R"({"ingress":"default/snippet","verdict":"refused")"),
                                   HasSubstr(R"({"ingress":"default/plain","verdict":"identical")")));
}

TEST_F(ClusterCheck, SaysSoWhereNobodyAnswers) {
  const KubectlResult result = check({"--apiserver-host=https://127.0.0.1:1"});
  EXPECT_EQ(result.code, 1);
  EXPECT_THAT(result.error, HasSubstr("127.0.0.1:1"));
  EXPECT_EQ(result.output, "");
}

}  // namespace
}  // namespace headgate::cluster_test
