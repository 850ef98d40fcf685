// Secrets that change while Headgate serves: new handshakes get what is written now, open connections live
// on.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "integration/https_pod.h"

namespace headgate::test_support {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class CertificatesLive : public HttpsPod {
 protected:
  [[nodiscard]] std::string shown(const std::string& name = "x.test") const {
    TlsOptions options;
    options.server_name = name;
    return client(options).server_fingerprint();
  }
  [[nodiscard]] bool shows(const std::string& name, const TestCertificate& expected) const {
    return eventually([&] { return shown(name) == expected.fingerprint(); });
  }
  [[nodiscard]] bool has_finding(const std::string& text) const { return headgate->wait_for_finding(text); }
};

TEST_F(CertificatesLive, ANewSecretIsForNewHandshakesAndOldConnectionsLiveOn) {
  start();
  TlsClient old = client(tls());
  EXPECT_EQ(old.server_fingerprint(), certificate.fingerprint());
  EXPECT_EQ(old.exchange(make_request("GET", "x.test", "/")).status, 200);
  certificate = TestCertificate({{"x.test"}});
  write_certificate();
  EXPECT_TRUE(shows("x.test", certificate));
  EXPECT_EQ(old.exchange(make_request("GET", "x.test", "/")).status, 200);
}

TEST_F(CertificatesLive, ABrokenSecretLeavesTheLastGoodCertificateAndIsTold) {
  start();
  folder.write("secret.yaml", tls_secret("web-tls", certificate.pem(), "no key"));
  ASSERT_TRUE(has_finding("error: Secret default/web-tls: data: "));
  EXPECT_THAT(headgate->admin("/debug/findings").body, HasSubstr("the last good certificate of it is used"));
  expect_still_serving();
}

TEST_F(CertificatesLive, ARemovedSecretLeavesTheDefaultCertificateUntilItIsBack) {
  const TestCertificate standard({{"standard.test"}});
  HeadgateOptions options;
  options.flags.push_back("--default-ssl-certificate=default/standard");
  start({}, options, tls_secret("standard", standard));
  EXPECT_EQ(shown(), certificate.fingerprint());
  EXPECT_EQ(shown("other.test"), standard.fingerprint());
  EXPECT_EQ(shown(""), standard.fingerprint());
  folder.remove("secret.yaml");
  EXPECT_TRUE(shows("x.test", standard));
  EXPECT_TRUE(has_finding("Secret default/web-tls does not exist; the default certificate is used"));
  write_certificate();
  EXPECT_TRUE(shows("x.test", certificate));
}

TEST_F(CertificatesLive, AMissingDefaultCertificateIsGeneratedUntilItAppears) {
  HeadgateOptions options;
  options.flags.push_back("--default-ssl-certificate=default/standard");
  start({}, options);
  const std::string generated = shown("other.test");
  EXPECT_NE(generated, "");
  EXPECT_TRUE(
      has_finding("error: Secret default/standard: named by --default-ssl-certificate, does not exist"));
  const TestCertificate standard({{"standard.test"}});
  folder.write("standard.yaml", tls_secret("standard", standard));
  EXPECT_TRUE(shows("other.test", standard));
}

TEST_F(CertificatesLive, TheAdminPortListsCertificatesAndNeverAKey) {
  start();
  const std::string page = headgate->admin("/debug/certificates").body;
  EXPECT_THAT(page, HasSubstr("x.test\n  Secret default/web-tls, ECDSA, valid from "));
  EXPECT_THAT(page, HasSubstr("SHA-256 " + certificate.fingerprint()));
  EXPECT_THAT(page, Not(HasSubstr("KEY")));
  EXPECT_THAT(
      headgate->admin("/metrics").body,
      HasSubstr("nginx_ingress_controller_ssl_expire_time_seconds{namespace=\"default\",class=\"headgate.dev/"
                "ingress-controller\",host=\"x.test\",secret_name=\"web-tls\",identifier=\"-"));
}

TEST_F(CertificatesLive, TheConfigMapChangesTlsLive) {
  start();
  TlsOptions old = tls();
  old.most_version = TLS1_2_VERSION;
  EXPECT_EQ(client(old).failure(), "");
  // The last in path order counts.
  folder.write("zz.yaml", config_map("headgate", {{"ssl-protocols", "TLSv1.3"}}));
  EXPECT_TRUE(eventually([&] { return !client(old).failure().empty(); }));
  expect_still_serving();
}

}  // namespace
}  // namespace headgate::test_support
