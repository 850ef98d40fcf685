// Mutual TLS as clients and pods see it: who is let in, what the others are told, what pods learn, and which
// connections may carry a request.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "integration/https_pod.h"
#include "support/indented.h"
#include "support/temp_dir.h"
#include "support/test_certificates.h"

namespace headgate::test_support {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

// Hosts m.test with the rule of the test, and x.test with none.
class ClientCertificates : public HttpsPod {
 protected:
  void start_with(const FieldList& annotations, std::string_view revocations = "",
                  const FieldList& settings = {}) {
    write_authority(revocations);
    write_rule(annotations);
    folder.write("m-tls.yaml", tls_secret("m-tls", m_certificate_));
    start(settings);
  }
  void write_rule(const FieldList& annotations) const {
    IngressSpec spec;
    spec.name = "m";
    spec.rules = {{"m.test", {{"/", "Prefix", "web", "80"}}}};
    spec.tls = {{"m-tls", {"m.test"}}};
    spec.annotations = annotations;
    folder.write("m.yaml", ingress(spec));
  }
  void write_authority(std::string_view revocations = "") const {
    std::string text = "apiVersion: v1\nkind: Secret\nmetadata: {name: ca}\nstringData:\n  ca.crt: |\n" +
                       indented(authority_.certificate());
    if (!revocations.empty()) text += "  ca.crl: |\n" + indented(revocations);
    folder.write("ca.yaml", text);
  }
  static TestCertificate identity_of(const IssuedCertificate& issued) {
    return TestCertificate::from_pem(issued.certificate, issued.key);
  }
  [[nodiscard]] IssuedCertificate issue(const std::string& common_name, unsigned long serial = 0) const {
    CertificateRequest request;
    request.common_name = common_name;
    request.organization = "Acme";
    request.for_clients = true;
    request.serial = serial;
    return authority_.issue(request);
  }
  // Meant for clients, and signed by nobody known.
  static TestCertificate a_stranger() {
    CertificateRequest request;
    request.common_name = "client";
    request.for_clients = true;
    return identity_of(test_support::self_signed(request));
  }
  // A connection whose client shows `identity` (null: none) to `server_name`.
  [[nodiscard]] TlsClient connect(const TestCertificate* identity, const std::string& server_name = "m.test",
                                  const std::vector<std::string>& alpn = {}) const {
    TlsOptions options = tls(alpn);
    options.server_name = server_name;
    options.identity = identity;
    return client(options);
  }
  [[nodiscard]] HttpResponse ask(const TestCertificate* identity, std::string_view fields = "") const {
    TlsClient one = connect(identity);
    EXPECT_EQ(one.failure(), "");
    return one.exchange(make_request("GET", "m.test", "/", fields));
  }

  TestAuthority authority_{"Client Root"};
  TestCertificate m_certificate_{{{"m.test"}}};
  TestCertificate good_ = identity_of(issue("client"));
  const FieldList rule_{{"auth-tls-secret", "default/ca"}};
};

TEST_F(ClientCertificates, AreRequiredAndVerified) {
  start_with(rule_);
  EXPECT_EQ(ask(&good_).status, 200);
  const HttpResponse none = ask(nullptr);
  EXPECT_EQ(none.status, 400);
  EXPECT_THAT(none.body, HasSubstr("<title>400 No required SSL certificate was sent</title>"));
  EXPECT_THAT(none.body, HasSubstr("<center><h1>400 Bad Request</h1></center>"));
  const TestCertificate stranger = a_stranger();
  const HttpResponse unknown = ask(&stranger);
  EXPECT_EQ(unknown.status, 400);
  EXPECT_THAT(unknown.body, HasSubstr("The SSL certificate error"));
  CertificateRequest expired;
  expired.not_before = std::chrono::hours(-48);
  expired.not_after = std::chrono::hours(-24);
  const TestCertificate old = identity_of(authority_.issue(expired));
  EXPECT_EQ(ask(&old).status, 400);
  EXPECT_TRUE(eventually([&] { return rejected("client_certificate") == 3; })) << all_rejected();
  expect_still_serving();
}

TEST_F(ClientCertificates, WorkOverHttp2) {
  start_with(rule_);
  TlsClient one = connect(&good_, "m.test", {"h2"});
  H2Client good(one);
  EXPECT_EQ(good.get("m.test", "/").status, 200);
  EXPECT_EQ(pod.last_request().field("ssl-client-verify"), "SUCCESS");
  TlsClient two = connect(nullptr, "m.test", {"h2"});
  H2Client none(two);
  const H2Response response = none.get("m.test", "/");
  EXPECT_EQ(response.status, 400);
  EXPECT_THAT(response.body, HasSubstr("No required SSL certificate was sent"));
}

TEST_F(ClientCertificates, PodsLearnWhoTheClientIsAndNothingThatItClaims) {
  start_with(rule_);
  const std::string claims =
      "ssl-client-verify: SUCCESS\r\nSSL-Client-Subject-DN: CN=root\r\nssl-client-cert: x\r\n"
      "ssl-client-issuer-dn: y\r\nssl_client_verify: SUCCESS\r\n";
  ASSERT_EQ(ask(&good_, claims).status, 200);
  const HttpRequest seen = pod.last_request();
  EXPECT_EQ(seen.field("ssl-client-verify"), "SUCCESS");
  EXPECT_EQ(seen.field("ssl-client-subject-dn"), "CN=client,O=Acme");
  EXPECT_EQ(seen.field("ssl-client-issuer-dn"), "CN=Client Root,O=Headgate Tests");
  EXPECT_FALSE(seen.has("ssl-client-cert"));
  for (const char* name : {"ssl-client-verify", "ssl-client-subject-dn", "ssl-client-issuer-dn"})
    EXPECT_EQ(seen.count(name), 1u) << name;

  TlsClient open = client(tls());
  ASSERT_EQ(open.exchange(make_request("GET", "x.test", "/", claims)).status, 200);
  for (const char* name : {"ssl-client-verify", "ssl-client-subject-dn", "ssl-client-cert"})
    EXPECT_FALSE(pod.last_request().has(name)) << name;
}

TEST_F(ClientCertificates, TheCertificateItselfIsPassedOnWhereAskedFor) {
  FieldList rule = rule_;
  rule.emplace_back("auth-tls-pass-certificate-to-upstream", "true");
  start_with(rule);
  ASSERT_EQ(ask(&good_).status, 200);
  const std::string passed = pod.last_request().field("ssl-client-cert").value_or("");
  EXPECT_THAT(passed, StartsWith("-----BEGIN%20CERTIFICATE-----%0A"));
  std::string decoded;
  for (std::size_t i = 0; i < passed.size(); ++i) {
    if (passed[i] != '%') {
      decoded += passed[i];
      continue;
    }
    decoded += static_cast<char>(std::stoi(passed.substr(i + 1, 2), nullptr, 16));
    i += 2;
  }
  EXPECT_EQ(decoded, good_.pem());
}

TEST_F(ClientCertificates, OptionalOnesMayBeMissingButNotBad) {
  FieldList rule = rule_;
  rule.emplace_back("auth-tls-verify-client", "optional");
  start_with(rule);
  ASSERT_EQ(ask(nullptr).status, 200);
  EXPECT_EQ(pod.last_request().field("ssl-client-verify"), "NONE");
  EXPECT_FALSE(pod.last_request().has("ssl-client-subject-dn"));
  EXPECT_EQ(ask(&good_).status, 200);
  const TestCertificate stranger = a_stranger();
  EXPECT_EQ(ask(&stranger).status, 400);
}

TEST_F(ClientCertificates, OptionalNoCaLetsStrangersInAndSaysSo) {
  FieldList rule = rule_;
  rule.emplace_back("auth-tls-verify-client", "optional_no_ca");
  start_with(rule);
  const TestCertificate stranger = a_stranger();
  ASSERT_EQ(ask(&stranger).status, 200);
  EXPECT_THAT(pod.last_request().field("ssl-client-verify").value_or(""), StartsWith("FAILED:"));
  EXPECT_EQ(pod.last_request().field("ssl-client-subject-dn"), "CN=client");
}

TEST_F(ClientCertificates, AnErrorPageTakesThePlaceOf400) {
  FieldList rule = rule_;
  rule.emplace_back("auth-tls-error-page", "https://help.test/certificates");
  start_with(rule);
  const HttpResponse response = ask(nullptr);
  EXPECT_EQ(response.status, 302);
  EXPECT_EQ(response.field("Location"), "https://help.test/certificates");
}

TEST_F(ClientCertificates, TheSubjectMustMatch) {
  FieldList rule = rule_;
  rule.emplace_back("auth-tls-match-cn", "CN=(alice|bob),");
  start_with(rule, "", {{"ssl-redirect", "false"}});
  const TestCertificate alice = identity_of(issue("alice"));
  EXPECT_EQ(ask(&alice).status, 200);
  const HttpResponse response = ask(&good_);
  EXPECT_EQ(response.status, 403);
  EXPECT_EQ(response.body, "client certificate unauthorized");
  EXPECT_EQ(headgate->get("m.test", "/").status, 403) << "plain HTTP has no subject";
}

TEST_F(ClientCertificates, PlainHttpIsNotAffected) {
  start_with(rule_, "", {{"ssl-redirect", "false"}});
  EXPECT_EQ(headgate->get("m.test", "/").status, 200);
  EXPECT_FALSE(pod.last_request().has("ssl-client-verify"));
}

TEST_F(ClientCertificates, WithoutTheSecretTheWholeHostIsShut) {
  start_with(rule_);
  ASSERT_EQ(ask(&good_).status, 200);
  folder.remove("ca.yaml");
  ASSERT_TRUE(eventually([&] { return ask(&good_).status == 403; }));
  EXPECT_EQ(headgate->get("m.test", "/").status, 403);
  expect_still_serving();
  write_authority();
  EXPECT_TRUE(eventually([&] { return ask(&good_).status == 200; })) << "live";
}

TEST_F(ClientCertificates, ARevocationActsAtOnceOnOpenConnectionsToo) {
  const TestCertificate revoked = identity_of(issue("mallory", 77));
  start_with(rule_, authority_.revocation_list({5}));
  TlsClient open = connect(&revoked);
  ASSERT_EQ(open.exchange(make_request("GET", "m.test", "/")).status, 200);
  write_authority(authority_.revocation_list({5, 77}));
  ASSERT_TRUE(eventually([&] { return ask(&revoked).status == 400; }));
  EXPECT_EQ(open.exchange(make_request("GET", "m.test", "/")).status, 421)
      << "judged by a rule that does not hold any more";
  EXPECT_EQ(ask(&good_).status, 200);
}

TEST_F(ClientCertificates, AConnectionForAnotherHostDoesNotCount) {
  start_with(rule_);
  for (const TestCertificate* identity : std::vector<const TestCertificate*>{nullptr, &good_}) {
    TlsClient one = connect(identity, "x.test");
    EXPECT_EQ(one.exchange(make_request("GET", "x.test", "/")).status, 200);
    EXPECT_EQ(one.exchange(make_request("GET", "m.test", "/")).status, 421);
    EXPECT_TRUE(one.closed_by_peer()) << "the client must take another one";
    TlsClient unnamed = connect(identity, "");
    EXPECT_EQ(unnamed.exchange(make_request("GET", "M.test.:443", "/")).status, 421);
    TlsClient two = connect(identity, "x.test", {"h2"});
    H2Client h2(two);
    EXPECT_EQ(h2.get("m.test", "/").status, 421);
    EXPECT_EQ(h2.get("x.test", "/").status, 200) << "the connection lives on";
  }
  EXPECT_TRUE(eventually([&] { return rejected("misdirected") == 6; })) << all_rejected();
}

TEST_F(ClientCertificates, ARefusedHandshakeRuleDoesNotLeakThroughASession) {
  start_with(rule_);
  TlsClient first = connect(nullptr, "x.test");
  ASSERT_EQ(first.exchange(make_request("GET", "x.test", "/")).status, 200);
  TlsOptions options = tls();
  options.server_name = "m.test";
  options.session = first.session();
  TlsClient second = client(options);
  EXPECT_FALSE(second.was_resumed());
  EXPECT_EQ(second.exchange(make_request("GET", "m.test", "/")).status, 400);
}

TEST_F(ClientCertificates, OverHttp2AnotherCertificateIsMisdirectedOverHttp1ItIsServed) {
  const TestCertificate other{{{"y.test"}}};
  folder.write("y-tls.yaml", tls_secret("y-tls", other) + tls_ingress("other", "y.test", "web", "y-tls"));
  start();
  TlsClient one = client(tls({"http/1.1"}));
  EXPECT_EQ(one.exchange(make_request("GET", "y.test", "/")).status, 200);
  TlsClient two = client(tls({"h2"}));
  H2Client h2(two);
  EXPECT_EQ(h2.get("y.test", "/").status, 421);
  EXPECT_EQ(h2.get("x.test", "/").status, 200);
}

TEST_F(ClientCertificates, OneCertificateForTwoHostsServesBothOverHttp2) {
  const TestCertificate both{{{"*.both.test"}}};
  folder.write("both.yaml", tls_secret("both", both) + tls_ingress("a", "a.both.test", "web", "both") +
                                tls_ingress("b", "b.both.test", "web", "both"));
  start();
  TlsClient one = connect(nullptr, "a.both.test", {"h2"});
  H2Client h2(one);
  EXPECT_EQ(h2.get("a.both.test", "/").status, 200);
  EXPECT_EQ(h2.get("b.both.test", "/").status, 200);
}

// Another client than ours, with the certificate in files.
TEST_F(ClientCertificates, CurlIsLetIn) {
  if (!std::filesystem::exists("/usr/bin/curl")) GTEST_SKIP() << "no curl here";
  start_with(rule_);
  const TempDir files;
  const IssuedCertificate issued = issue("curl");
  std::ofstream(files.path() / "certificate.pem") << issued.certificate;
  std::ofstream(files.path() / "key.pem") << issued.key;
  const auto status = [&](const std::vector<std::string>& more) {
    std::vector<std::string> command = {"/usr/bin/curl",
                                        "-sSk",
                                        "-o",
                                        "/dev/null",
                                        "-w",
                                        "%{http_code}",
                                        "--noproxy",
                                        "*",
                                        "--resolve",
                                        "m.test:" + std::to_string(headgate->https_port()) + ":127.0.0.1",
                                        "https://m.test:" + std::to_string(headgate->https_port()) + "/"};
    command.insert(command.end(), more.begin(), more.end());
    ChildProcess child(command);
    const auto ended = child.wait();
    EXPECT_TRUE(ended && ended->code == 0) << child.standard_error();
    return child.standard_output();
  };
  const std::vector<std::string> identity = {"--cert", (files.path() / "certificate.pem").string(), "--key",
                                             (files.path() / "key.pem").string()};
  EXPECT_EQ(status(identity), "200");
  EXPECT_EQ(status({}), "400");
}

}  // namespace
}  // namespace headgate::test_support
