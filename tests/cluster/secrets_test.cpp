// Certificates from Secrets of the cluster, and their rotation.
#include <gtest/gtest.h>

#include "cluster/cluster_fixture.h"
#include "support/http_load.h"
#include "support/test_certificate.h"
#include "support/tls_client.h"

namespace headgate::cluster_test {
namespace {

using test_support::TestCertificate;

class ClusterSecrets : public ClusterTest {
 protected:
  static std::string shown(const Replica& headgate) {
    test_support::TlsOptions options;
    options.server_name = "secure.test";
    return test_support::TlsClient(headgate.https_port(), options).server_fingerprint();
  }
  std::string tls_ingress() {
    test_support::IngressSpec spec;
    spec.name = "secure";
    spec.class_name = "headgate";
    spec.rules = {{"secure.test", {{"/", "Prefix", "web", "80"}}}};
    spec.tls = {{"secure", {"secure.test"}}};
    return test_support::ingress(spec);
  }
};

TEST_F(ClusterSecrets, ARotatedCertificateIsShownWithoutALostRequest) {
  const TestCertificate first({{"secure.test"}});
  const TestCertificate second({{"secure.test"}});
  cluster.apply(service_with_pod("web") + test_support::tls_secret("secure", first) + tls_ingress());
  ReplicaOptions options;
  options.https = true;
  const Replica headgate(cluster, options);
  EXPECT_EQ(shown(headgate), first.fingerprint());

  test_support::HttpLoad load(headgate.https_port(), 4, test_support::make_request("GET", "secure.test", "/"),
                              "secure.test");
  cluster.apply(test_support::tls_secret("secure", second));
  EXPECT_TRUE(test_support::eventually([&] { return shown(headgate) == second.fingerprint(); }));
  load.stop();
  EXPECT_TRUE(load.faults().empty()) << load.faults().front();
  EXPECT_GT(load.answered(), 0u);
}

TEST_F(ClusterSecrets, ASecretThatComesLateIsUsed) {
  const TestCertificate certificate({{"secure.test"}});
  cluster.apply(service_with_pod("web") + tls_ingress());
  ReplicaOptions options;
  options.https = true;
  const Replica headgate(cluster, options);
  EXPECT_NE(shown(headgate), certificate.fingerprint()) << "the default certificate until then";
  cluster.apply(test_support::tls_secret("secure", certificate));
  EXPECT_TRUE(test_support::eventually([&] { return shown(headgate) == certificate.fingerprint(); }));
}

}  // namespace
}  // namespace headgate::cluster_test
