// Certificates of clients: what is asked for, and what is said of what came.
#include "tls/client_auth.h"

#include "tls/tls_fixture.h"

namespace headgate::tls {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Verdict = ClientCertificate::Verdict;

CertificateRequest client_request(const std::string& name = "alice") {
  CertificateRequest request;
  request.common_name = name;
  request.organization = "Wonder, Land";
  request.for_clients = true;
  return request;
}

class ClientAuthTest : public TlsTest {
 protected:
  static ClientOptions options_with(const IssuedCertificate& own, int version) {
    ClientOptions options;
    options.server_name = "c.test";
    options.lowest = options.highest = version;
    options.certificate_chain = own.chain;
    options.key = own.key;
    return options;
  }
  // What the server says of a client with this certificate, in both versions the same.
  ClientCertificate verdict_on(const IssuedCertificate& own, const std::shared_ptr<const ClientAuth>& auth) {
    add("c.test", certificate, auth);
    ClientCertificate verdict;
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
      MemoryClient client(context, index, options_with(own, version));
      EXPECT_EQ(client.handshake(), SessionStatus::done) << client.server.failure();
      EXPECT_EQ(client.send("works"), "works") << "whatever was said of the certificate";
      const ClientCertificate& now = client.server.facts().client();
      if (version == TLS1_3_VERSION) {
        EXPECT_EQ(now.verify_text(), verdict.verify_text());
        EXPECT_EQ(now.lacks_only_a_known_ca, verdict.lacks_only_a_known_ca);
      }
      EXPECT_EQ(client.server.facts().client_auth, auth);
      verdict = now;
    }
    return verdict;
  }
  std::string text_of(const IssuedCertificate& own, const std::shared_ptr<const ClientAuth>& auth) {
    return verdict_on(own, auth).verify_text();
  }
  std::shared_ptr<const ClientAuth> on(const std::string& crl = "", int depth = 1) const {
    return make_auth(VerifyClient::on, clients.certificate(), crl, depth);
  }

  TestAuthority clients{"Client Root"};
  std::shared_ptr<const Certificate> certificate = load(authority.issue_for({"c.test"}));
  std::shared_ptr<const ServerContext> context = make_context();
};

TEST_F(ClientAuthTest, DescribesAGoodCertificate) {
  const IssuedCertificate own = clients.issue(client_request());
  for (const VerifyClient verify : {VerifyClient::on, VerifyClient::optional, VerifyClient::optional_no_ca}) {
    const ClientCertificate verdict = verdict_on(own, make_auth(verify, clients.certificate()));
    EXPECT_EQ(verdict.verdict, Verdict::success);
    EXPECT_EQ(verdict.verify_text(), "SUCCESS");
    EXPECT_EQ(verdict.subject_dn, "CN=alice,O=Wonder\\, Land");
    EXPECT_EQ(verdict.issuer_dn, "CN=Client Root,O=Headgate Tests");
    EXPECT_EQ(verdict.pem, own.certificate);
    EXPECT_THAT(verdict.failure, IsEmpty());
  }
}

TEST_F(ClientAuthTest, LetsClientsWithoutACertificateIn) {
  for (const VerifyClient verify : {VerifyClient::on, VerifyClient::optional, VerifyClient::optional_no_ca}) {
    const ClientCertificate verdict = verdict_on({}, make_auth(verify, clients.certificate()));
    EXPECT_EQ(verdict.verdict, Verdict::none);
    EXPECT_EQ(verdict.verify_text(), "NONE");
    EXPECT_THAT(verdict.pem, IsEmpty());
  }
}

TEST_F(ClientAuthTest, AsksForNothingWithoutARule) {
  const ClientCertificate verdict = verdict_on(clients.issue(client_request()), nullptr);
  EXPECT_EQ(verdict.verdict, Verdict::not_asked);
  EXPECT_EQ(verdict.verify_text(), "NONE");
  EXPECT_THAT(verdict.subject_dn, IsEmpty());
}

TEST_F(ClientAuthTest, SendsTheNamesOfTheAuthorities) {
  const TestAuthority second("Second Root");
  add("c.test", certificate,
      make_auth(VerifyClient::on, clients.certificate() + second.certificate() + clients.certificate()));
  ClientOptions options;
  options.server_name = "c.test";
  MemoryClient client(context, index, options);
  ASSERT_EQ(client.handshake(), SessionStatus::done);
  EXPECT_THAT(client.requested_authorities(),
              ElementsAre(HasSubstr("CN=Client Root"), HasSubstr("CN=Second Root")));
}

TEST_F(ClientAuthTest, TellsAnExpiredCertificateAndOneOfTheFuture) {
  CertificateRequest old = client_request();
  old.not_before = std::chrono::hours(-48);
  old.not_after = std::chrono::hours(-24);
  EXPECT_EQ(text_of(clients.issue(old), on()), "FAILED:certificate has expired");
  CertificateRequest young = client_request();
  young.not_before = std::chrono::hours(24);
  young.not_after = std::chrono::hours(48);
  EXPECT_EQ(text_of(clients.issue(young), on()), "FAILED:certificate is not yet valid");
}

TEST_F(ClientAuthTest, TellsAnUnknownAuthority) {
  const ClientCertificate stranger = verdict_on(TestAuthority("Stranger").issue(client_request()), on());
  EXPECT_EQ(stranger.verify_text(), "FAILED:unable to verify the first certificate");
  EXPECT_TRUE(stranger.lacks_only_a_known_ca);
  const ClientCertificate own = verdict_on(test_support::self_signed(client_request()), on());
  EXPECT_EQ(own.verify_text(), "FAILED:self-signed certificate");
  EXPECT_TRUE(own.lacks_only_a_known_ca);
  // Of the same name as the known one.
  const ClientCertificate namesake = verdict_on(TestAuthority("Client Root").issue(client_request()), on());
  EXPECT_EQ(namesake.verdict, Verdict::failed);
}

TEST_F(ClientAuthTest, AnUnknownAuthorityExcusesNothingElse) {
  CertificateRequest old = client_request();
  old.not_before = std::chrono::hours(-48);
  old.not_after = std::chrono::hours(-24);
  const auto lenient = make_auth(VerifyClient::optional_no_ca, clients.certificate());
  const ClientCertificate stranger = verdict_on(TestAuthority("Stranger").issue(old), lenient);
  EXPECT_EQ(stranger.verify_text(), "FAILED:certificate has expired");
  EXPECT_FALSE(stranger.lacks_only_a_known_ca);
  // A certificate for servers is none for clients; OpenSSL says so first, and the unknown authority last.
  CertificateRequest server = client_request();
  server.for_clients = false;
  const ClientCertificate wrong = verdict_on(TestAuthority("Stranger").issue(server), lenient);
  EXPECT_THAT(wrong.verify_text(), HasSubstr("purpose"));
  EXPECT_FALSE(wrong.lacks_only_a_known_ca);
}

TEST_F(ClientAuthTest, TellsARevokedCertificate) {
  CertificateRequest request = client_request();
  request.serial = 4711;
  const IssuedCertificate own = clients.issue(request);
  EXPECT_EQ(text_of(own, on(clients.revocation_list({4712}))), "SUCCESS");
  EXPECT_EQ(text_of(own, on(clients.revocation_list({1, 4711}))), "FAILED:certificate revoked");
  EXPECT_EQ(text_of(own, on(clients.revocation_list({}, std::chrono::minutes(-10)))),
            "FAILED:CRL has expired");
  EXPECT_EQ(text_of(own, on(TestAuthority("Other Root").revocation_list({4711}))),
            "FAILED:unable to get certificate CRL");
  const ClientCertificate lenient = verdict_on(
      own, make_auth(VerifyClient::optional_no_ca, clients.certificate(), clients.revocation_list({4711})));
  EXPECT_FALSE(lenient.lacks_only_a_known_ca);
}

TEST_F(ClientAuthTest, ChecksTheWholeChainAgainstTheLists) {
  const TestAuthority below = clients.intermediate("Client Intermediate");
  const IssuedCertificate own = below.issue(client_request());
  EXPECT_EQ(text_of(own, on(clients.revocation_list({}))), "FAILED:unable to get certificate CRL")
      << "as nginx: each authority needs its list";
  EXPECT_EQ(text_of(own, on(clients.revocation_list({}) + below.revocation_list({}))), "SUCCESS");
}

TEST_F(ClientAuthTest, LimitsTheDepth) {
  const TestAuthority second = clients.intermediate("Second");
  const TestAuthority third = second.intermediate("Third");
  EXPECT_EQ(text_of(clients.issue(client_request()), on("", 0)), "SUCCESS");
  EXPECT_EQ(text_of(second.issue(client_request()), on("", 1)), "SUCCESS");
  EXPECT_EQ(text_of(third.issue(client_request()), on("", 1)), "FAILED:certificate chain too long");
  EXPECT_EQ(text_of(third.issue(client_request()), on("", 2)), "SUCCESS");
}

TEST_F(ClientAuthTest, RefusesAChainThatIsTooLarge) {
  add("c.test", certificate, on());
  IssuedCertificate own = clients.issue(client_request());
  const std::string one = own.chain;
  for (int i = 0; i < 120; ++i) own.chain += one;
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    MemoryClient client(context, index, options_with(own, version));
    EXPECT_EQ(client.handshake(), SessionStatus::failed);
    EXPECT_EQ(client.server.failure(), "excessive message size");
  }
}

TEST_F(ClientAuthTest, RefusesWhatCannotBeARule) {
  const auto refusal = [&](int depth, const std::string& ca, const std::string& crl) {
    const auto made = ClientAuth::make(VerifyClient::on, depth, ca, crl);
    return made ? std::string() : made.error().message;
  };
  const std::string ca = clients.certificate();
  EXPECT_EQ(refusal(1, "", ""), "ca.crt has no certificate in PEM form");
  EXPECT_EQ(refusal(1, clients.key().pem(), ""), "ca.crt has no certificate in PEM form");
  EXPECT_EQ(refusal(1, ca + ca.substr(0, 100), ""), "certificate 2 of ca.crt is cut off or not base64");
  EXPECT_EQ(refusal(1, "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n", ""),
            "certificate 1 of ca.crt is not an X.509 certificate");
  EXPECT_EQ(refusal(1, ca, ca), "ca.crl has no revocation list in PEM form");
  EXPECT_EQ(refusal(1, ca, "-----BEGIN X509 CRL-----\nMAA=\n-----END X509 CRL-----\n"),
            "list 1 of ca.crl is not a revocation list");
  EXPECT_EQ(refusal(-1, ca, ""), "a depth of -1 is not between 0 and 100");
  EXPECT_EQ(refusal(101, ca, ""), "a depth of 101 is not between 0 and 100");
  std::string many;
  for (int i = 0; i < 513; ++i) many += ca;
  EXPECT_EQ(refusal(1, many, ""), "ca.crt has more than 512 certificates");
  EXPECT_THAT(refusal(1, ca + std::string(2000000, ' '), ""), HasSubstr("larger than"));
}

TEST_F(ClientAuthTest, DigestsAreEqualExactlyWhereTheRulesAre) {
  const std::string ca = clients.certificate();
  const std::string crl = clients.revocation_list({1});
  EXPECT_EQ(make_auth(VerifyClient::on, ca, crl, 1)->digest(),
            make_auth(VerifyClient::on, ca, crl, 1)->digest());
  const std::vector<std::shared_ptr<const ClientAuth>> all{
      make_auth(VerifyClient::on, ca),          make_auth(VerifyClient::optional, ca),
      make_auth(VerifyClient::on, ca, crl),     make_auth(VerifyClient::on, ca, "", 2),
      make_auth(VerifyClient::on, ca + ca, ""), make_auth(VerifyClient::on, ca + crl, ""),
  };
  for (const auto& one : all) {
    for (const auto& other : all) {
      EXPECT_EQ(one->digest() == other->digest(), one == other);
    }
  }
}

}  // namespace
}  // namespace headgate::tls
