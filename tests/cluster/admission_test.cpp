// The validating webhook, called by the real API server: what it refuses never gets into the cluster.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cluster/cluster_fixture.h"
#include "support/base64.h"
#include "support/secret_volume.h"
#include "support/test_certificate.h"

namespace headgate::cluster_test {
namespace {

using test_support::base64;
using test_support::eventually;
using ::testing::AllOf;
using ::testing::HasSubstr;

const std::string kWebhooks = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations";

class ClusterAdmission : public ClusterTest {
 protected:
  ClusterAdmission() { volume_.put({{"tls.crt", certificate_.pem()}, {"tls.key", certificate_.key_pem()}}); }
  ~ClusterAdmission() override { cluster.api().request("DELETE", kWebhooks + "/headgate"); }

  [[nodiscard]] ReplicaOptions replica() const {
    ReplicaOptions options;
    options.flags = {"--validating-webhook=127.0.0.1:" + std::to_string(port_.port()),
                     "--validating-webhook-certificate=" + volume_.path("tls.crt"),
                     "--validating-webhook-key=" + volume_.path("tls.key")};
    return options;
  }
  // As manifests/components/webhook has it, but by URL: there are no Services between the two here.
  void register_webhook(const std::string& failure_policy) {
    cluster.apply(
        "apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingWebhookConfiguration\n"
        "metadata: {name: headgate}\nwebhooks:\n- name: validate.headgate.dev\n  clientConfig:\n"
        "    url: https://localhost:" +
        std::to_string(port_.port()) +
        "/networking/v1/ingresses\n    caBundle: " + base64(certificate_.pem()) +
        "\n  rules: [{apiGroups: [networking.k8s.io], apiVersions: [v1], resources: [ingresses],"
        " operations: [CREATE, UPDATE]}]\n  matchPolicy: Equivalent\n  failurePolicy: " +
        failure_policy +
        "\n  sideEffects: None\n  timeoutSeconds: 5\n  admissionReviewVersions: [v1]\n---\n");
  }
  test_support::HttpResponse create(const std::string& yaml) {
    return cluster.api().request("POST", kIngressPath, yaml);
  }
  // The server takes a webhook up some time after it was written: until then anything goes.
  [[nodiscard]] bool refuses(const std::string& yaml) {
    return eventually([&] {
      const test_support::HttpResponse tried =
          cluster.api().request("POST", kIngressPath + "?dryRun=All", yaml);
      return tried.status == 422;
    });
  }

 private:
  test_support::TestCertificate certificate_{{{"localhost"}}};
  test_support::SecretVolume volume_;
  test_support::PortReservation port_;
};

TEST_F(ClusterAdmission, WhatIsTakenAlreadyIsRefusedWithTheReason) {
  cluster.apply(service_with_pod("web") + ingress("first", "web.test", "web"));
  const Replica headgate(cluster, replica());
  ASSERT_TRUE(headgate.wait_for("web.test", "/", 200, "web"));
  register_webhook("Fail");
  const std::string second = ingress("second", "web.test", "web");
  ASSERT_TRUE(refuses(second));
  const test_support::HttpResponse refused = create(second);
  EXPECT_EQ(refused.status, 422);
  EXPECT_THAT(refused.body, AllOf(HasSubstr("validate.headgate.dev"),
                                  HasSubstr("is already defined in ingress default/first")));
  EXPECT_EQ(value("ingress/second", "{.metadata.name}"), "");

  EXPECT_EQ(create(ingress("other", "other.test", "web")).status, 201) << "a good one is taken";
  EXPECT_TRUE(headgate.wait_for("other.test", "/", 200, "web"));
  const KubectlResult applied = cluster.kubectl(
      {"patch", "ingress", "other", "--type=merge", "-p",
       R"({"spec":{"rules":[{"host":"web.test","http":)"
       R"({"paths":[{"path":"/","pathType":"Prefix","backend":{"service":{"name":"web","port":{"number":80}}}}]}}]}})"});
  EXPECT_NE(applied.code, 0) << "an update that takes another's path";
  EXPECT_THAT(applied.error, HasSubstr("default/first"));
  EXPECT_EQ(value("ingress/other", "{.spec.rules[0].host}"), "other.test");
}

TEST_F(ClusterAdmission, AWarningReachesWhoWritesIt) {
  const Replica headgate(cluster, replica());
  register_webhook("Fail");
  cluster.apply(service_with_pod("web"));
  ASSERT_TRUE(eventually([&] {
    const test_support::HttpResponse taken = cluster.api().request(
        "POST", kIngressPath + "?dryRun=All", ingress("early", "early.test", "not-there-yet"));
    EXPECT_EQ(taken.status, 201) << taken.body;
    const std::string warning = taken.field("Warning").value_or("");
    return warning.find("Service default/not-there-yet does not exist") != std::string::npos;
  }));
}

TEST_F(ClusterAdmission, NobodyIsKeptFromWritingWhileHeadgateIsAway) {
  cluster.apply(service_with_pod("web") + ingress("first", "web.test", "web"));
  const std::string second = ingress("second", "web.test", "web");
  {
    const Replica headgate(cluster, replica());
    ASSERT_TRUE(headgate.wait_for("web.test", "/", 200, "web"));
    register_webhook("Ignore");
    ASSERT_TRUE(refuses(second));
  }
  EXPECT_EQ(create(second).status, 201);
}

}  // namespace
}  // namespace headgate::cluster_test
