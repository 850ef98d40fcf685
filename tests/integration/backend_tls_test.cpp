// TLS to pods: backend-protocol, appProtocol and the proxy-ssl-* annotations as pods and clients see them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include <memory>

#include "support/backend_scripts.h"
#include "support/deadline.h"
#include "support/headgate_process.h"
#include "support/indented.h"
#include "support/manifests.h"
#include "support/test_certificate.h"
#include "support/test_certificates.h"
#include "support/tls_client.h"
#include "support/tls_pod.h"

namespace headgate::test_support {
namespace {

using ::testing::HasSubstr;

class BackendTls : public ::testing::Test {
 protected:
  TlsPodOptions pod_options(const std::vector<std::string>& names = {"secure.default.svc"}) const {
    const IssuedCertificate issued = authority.issue_for(names);
    TlsPodOptions options;
    options.chain = issued.chain;
    options.key = issued.key;
    return options;
  }
  // The Secret of proxy-ssl-secret: a client certificate, and whom to trust.
  void write_secret(const TestAuthority& trusted, bool with_identity = true) const {
    CertificateRequest request;
    request.common_name = "headgate";
    request.for_clients = true;
    const IssuedCertificate identity = authority.issue(request);
    std::string text =
        "---\napiVersion: v1\nkind: Secret\nmetadata: {name: pods}\nstringData:\n  ca.crt: |\n" +
        indented(trusted.certificate());
    if (with_identity)
      text += "  tls.crt: |\n" + indented(identity.chain) + "  tls.key: |\n" + indented(identity.key);
    folder.write("secret.yaml", text);
  }
  void write_ingress(const FieldList& annotations) const {
    IngressSpec spec;
    spec.name = "secure";
    spec.rules = {{"x.test", {{"/", "Prefix", "secure", "80"}}}};
    spec.annotations = annotations;
    folder.write("ingress.yaml", ingress(spec));
  }
  void start(const TlsPod& pod, const FieldList& annotations, HeadgateOptions options = {}) {
    folder.write("service.yaml", service_at("secure", {{"127.0.0.1", pod.port(), "{ready: true}"}}));
    write_ingress(annotations);
    headgate = std::make_unique<HeadgateProcess>(folder, options);
  }
  [[nodiscard]] HttpResponse get(const std::string& target = "/") const {
    return headgate->get("x.test", target);
  }

  TestAuthority authority;
  ManifestFolder folder;
  std::unique_ptr<HeadgateProcess> headgate;
};

TEST_F(BackendTls, HttpsTakesAnybodyAndSendsNoName) {
  const TlsPod pod(pod_options({"somebody.else"}));
  start(pod, {{"backend-protocol", "https"}});
  const HttpResponse response = get("/a");
  EXPECT_EQ(response.status, 200) << response.start_line << response.problem;
  EXPECT_THAT(response.body, HasSubstr("GET /a HTTP/1.1"));
  EXPECT_EQ(pod.last().server_name, "");
  EXPECT_EQ(pod.last().client_subject, "");
  EXPECT_EQ(pod.last().protocol, "TLSv1.3");
}

TEST_F(BackendTls, AppProtocolHttpsIsObeyedWhereTheIngressIsSilent) {
  const TlsPod pod(pod_options());
  std::string service = service_at("secure", {{"127.0.0.1", pod.port(), "{ready: true}"}});
  const std::string name = "name: http, ";
  const std::size_t at = service.find(name);
  ASSERT_NE(at, std::string::npos) << service;
  service.insert(at, "appProtocol: https, ");
  folder.write("service.yaml", service);
  write_ingress({});
  headgate = std::make_unique<HeadgateProcess>(folder);
  EXPECT_EQ(get().status, 200);
  EXPECT_TRUE(pod.last().done);
  write_ingress({{"backend-protocol", "HTTP"}});  // says it: counts before
  EXPECT_TRUE(eventually([&] { return get().status != 200; }));
}

TEST_F(BackendTls, AConnectionIsUsedAgainAndASessionIsResumed) {
  TlsPodOptions options = pod_options();
  options.requests = 2;
  const TlsPod pod(options);
  start(pod, {{"backend-protocol", "HTTPS"}});
  for (int i = 0; i < 4; ++i) EXPECT_EQ(get().status, 200) << i;
  const std::vector<TlsPodHandshake> seen = pod.handshakes();
  ASSERT_EQ(seen.size(), 2U);
  EXPECT_FALSE(seen[0].resumed);
  EXPECT_TRUE(seen[1].resumed);
}

TEST_F(BackendTls, ResumesOverTls12Too) {
  TlsPodOptions options = pod_options();
  options.requests = 1;
  options.most_version = TLS1_2_VERSION;
  const TlsPod pod(options);
  start(pod, {{"backend-protocol", "HTTPS"}});
  for (int i = 0; i < 2; ++i) EXPECT_EQ(get().status, 200) << i;
  ASSERT_EQ(pod.handshakes().size(), 2U);
  EXPECT_TRUE(pod.last().resumed);
  EXPECT_EQ(pod.last().protocol, "TLSv1.2");
}

TEST_F(BackendTls, ShowsTheCertificateOfTheSecret) {
  TlsPodOptions options = pod_options();
  options.client_ca = authority.certificate();
  const TlsPod pod(options);
  write_secret(authority);
  start(pod, {{"backend-protocol", "HTTPS"}, {"proxy-ssl-secret", "default/pods"}});
  EXPECT_EQ(get().status, 200);
  EXPECT_THAT(pod.last().client_subject, HasSubstr("CN=headgate"));
}

TEST_F(BackendTls, APodThatWantsACertificateAndGetsNoneIsABadGateway) {
  TlsPodOptions options = pod_options();
  options.client_ca = authority.certificate();
  options.most_version = TLS1_2_VERSION;
  const TlsPod pod(options);
  start(pod, {{"backend-protocol", "HTTPS"}});
  EXPECT_EQ(get().status, 502);
  EXPECT_EQ(pod.handshakes().size(), 3U) << "a failed handshake is tried again like a failed connect";
}

struct VerifyCase {
  const char* what;
  std::vector<std::string> pod_names;
  FieldList annotations;
  bool trusted;
  int status;
  const char* server_name;
};

class BackendTlsVerify : public BackendTls, public ::testing::WithParamInterface<VerifyCase> {};

TEST_P(BackendTlsVerify, FollowsTheAnnotations) {
  const VerifyCase& test = GetParam();
  const TlsPod pod(pod_options(test.pod_names));
  const TestAuthority stranger("Stranger");
  write_secret(test.trusted ? authority : stranger);
  FieldList annotations{{"backend-protocol", "HTTPS"}, {"proxy-ssl-secret", "default/pods"}};
  annotations.insert(annotations.end(), test.annotations.begin(), test.annotations.end());
  start(pod, annotations);
  EXPECT_EQ(get().status, test.status) << test.what;
  EXPECT_EQ(pod.last().server_name, test.server_name) << test.what;
}

INSTANTIATE_TEST_SUITE_P(
    Table, BackendTlsVerify,
    ::testing::Values(
        VerifyCase{"off by default", {"other"}, {}, false, 200, ""},
        VerifyCase{"good", {"secure.default.svc"}, {{"proxy-ssl-verify", "on"}}, true, 200, ""},
        VerifyCase{
            "not signed by ca.crt", {"secure.default.svc"}, {{"proxy-ssl-verify", "on"}}, false, 502, ""},
        VerifyCase{"of another name", {"other.test"}, {{"proxy-ssl-verify", "on"}}, true, 502, ""},
        VerifyCase{"proxy-ssl-name is what is checked",
                   {"other.test"},
                   {{"proxy-ssl-verify", "on"}, {"proxy-ssl-name", "other.test"}},
                   true,
                   200,
                   ""},
        VerifyCase{"proxy-ssl-server-name sends it",
                   {"other.test"},
                   {{"proxy-ssl-server-name", "on"}, {"proxy-ssl-name", "other.test"}},
                   true,
                   200,
                   "other.test"},
        VerifyCase{"without proxy-ssl-name the Service's own",
                   {"x"},
                   {{"proxy-ssl-server-name", "on"}},
                   true,
                   200,
                   "secure.default.svc"},
        VerifyCase{
            "a bad value is the default", {"other.test"}, {{"proxy-ssl-verify", "yes"}}, false, 200, ""}));

TEST_F(BackendTls, VerifiesAsDeepAsAllowed) {
  const TestAuthority middle = authority.intermediate("Middle");
  const TestAuthority lower = middle.intermediate("Lower");
  const IssuedCertificate issued = lower.issue_for({"secure.default.svc"});
  TlsPodOptions options;
  options.chain = issued.chain;
  options.key = issued.key;
  const TlsPod pod(options);
  write_secret(authority);
  FieldList annotations{
      {"backend-protocol", "HTTPS"}, {"proxy-ssl-secret", "default/pods"}, {"proxy-ssl-verify", "on"}};
  start(pod, annotations);
  EXPECT_EQ(get().status, 502);
  annotations.push_back({"proxy-ssl-verify-depth", "2"});
  write_ingress(annotations);
  EXPECT_TRUE(eventually([&] { return get().status == 200; }));
}

TEST_F(BackendTls, OffersTheProtocolsAndCiphersAskedFor) {
  const TlsPod pod(pod_options());
  write_secret(authority);
  start(pod, {{"backend-protocol", "HTTPS"},
              {"proxy-ssl-secret", "default/pods"},
              {"proxy-ssl-protocols", "TLSv1.1 TLSv1.2"},
              {"proxy-ssl-ciphers", "ECDHE-ECDSA-AES256-GCM-SHA384"}});
  EXPECT_EQ(get().status, 200);
  EXPECT_EQ(pod.last().protocol, "TLSv1.2");
  EXPECT_EQ(pod.last().cipher, "ECDHE-ECDSA-AES256-GCM-SHA384");
}

TEST_F(BackendTls, AMissingSecretIs503AndItsArrivalIsFollowed) {
  const TlsPod pod(pod_options());
  start(pod, {{"backend-protocol", "HTTPS"}, {"proxy-ssl-secret", "default/pods"}});
  EXPECT_EQ(get().status, 503);
  EXPECT_THAT(headgate->admin("/debug/findings").body,
              HasSubstr("Secret default/pods does not exist; every path of this Ingress answers 503"));
  write_secret(authority);
  EXPECT_TRUE(headgate->wait_for("x.test", "/", 200));
}

TEST_F(BackendTls, ASecretThatChangesIsFollowedByNewConnectionsOnly) {
  const TlsPod pod(pod_options());
  const TestAuthority stranger("Stranger");
  write_secret(authority);
  start(pod,
        {{"backend-protocol", "HTTPS"}, {"proxy-ssl-secret", "default/pods"}, {"proxy-ssl-verify", "on"}});
  EXPECT_EQ(get().status, 200);  // and leaves an idle connection that trusts it
  write_secret(stranger);
  EXPECT_TRUE(headgate->wait_for("x.test", "/", 502)) << "connections made before must not be used";
  write_secret(authority);
  EXPECT_TRUE(headgate->wait_for("x.test", "/", 200));
}

TEST_F(BackendTls, ASecretOfAnotherNamespaceIsRefused) {
  const TlsPod pod(pod_options());
  start(pod, {{"backend-protocol", "HTTPS"}, {"proxy-ssl-secret", "kube-system/pods"}});
  EXPECT_EQ(get().status, 503);
  EXPECT_THAT(headgate->admin("/debug/findings").body, HasSubstr("is of another namespace"));
  EXPECT_TRUE(pod.handshakes().empty());
}

TEST_F(BackendTls, FastCgiIsRefused) {
  const TlsPod pod(pod_options());
  start(pod, {{"backend-protocol", "FCGI"}});
  EXPECT_EQ(get().status, 503);
}

// AUTO_HTTP needs pods that take both: here the pod of TLS clients, so plain ones fail.
TEST_F(BackendTls, AutoHttpFollowsTheClient) {
  const TlsPod pod(pod_options());
  HeadgateOptions options;
  options.https = true;
  start(pod, {{"backend-protocol", "AUTO_HTTP"}}, options);
  TlsOptions tls;
  tls.server_name = "x.test";
  TlsClient client(headgate->https_port(), tls);
  ASSERT_TRUE(client.is_secure()) << client.failure();
  EXPECT_EQ(client.exchange(make_request("GET", "x.test", "/")).status, 200);
  EXPECT_EQ(get().status, 502) << "plain HTTP to a pod of TLS";
}

}  // namespace
}  // namespace headgate::test_support
