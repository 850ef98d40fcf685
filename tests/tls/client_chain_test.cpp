// The certificates that clients send, by the bounds for them: time, and what is kept in the session cache.
#include "tls/tls_fixture.h"

namespace headgate::tls {
namespace {

using Verdict = ClientCertificate::Verdict;

class ClientChainTest : public TlsTest, public ::testing::WithParamInterface<int> {
 protected:
  // A handshake with these certificates, after which the client goes properly.
  ClientCertificate verdict_on(const std::string& chain, const std::string& key) {
    add("c.test", certificate_, make_auth(VerifyClient::optional_no_ca, clients_.certificate(), "", 20));
    ClientOptions options;
    options.server_name = "c.test";
    options.lowest = options.highest = GetParam();
    options.certificate_chain = chain;
    options.key = key;
    MemoryClient client(context_, index, options);
    EXPECT_EQ(client.handshake(), SessionStatus::done) << client.server.failure();
    EXPECT_EQ(client.send("works"), "works") << "whatever was said of the certificate";
    const ClientCertificate verdict = client.server.facts().client();
    session_ = client.finish();
    return verdict;
  }
  [[nodiscard]] long cached() const { return SSL_CTX_sess_number(context_->native()); }
  [[nodiscard]] IssuedCertificate issue(const TestAuthority& authority_of_it) const {
    CertificateRequest request;
    request.common_name = "alice";
    request.for_clients = true;
    return authority_of_it.issue(request);
  }
  // Certificates beside the chain that nobody needs.
  static std::string others(int count) {
    std::string pem;
    for (int i = 0; i < count; ++i) pem += TestAuthority("Other " + std::to_string(i)).certificate();
    return pem;
  }

  TestAuthority clients_{"Client Root"};
  std::shared_ptr<const Certificate> certificate_ = load(authority.issue_for({"c.test"}));
  std::shared_ptr<const ServerContext> context_ = make_context();
  ClientSession session_;
};

TEST_P(ClientChainTest, AnUntrustedOneIsNotKept) {
  const IssuedCertificate own = issue(TestAuthority("Nobody"));
  const ClientCertificate verdict = verdict_on(own.chain + others(3), own.key);
  EXPECT_EQ(verdict.verdict, Verdict::failed);
  EXPECT_TRUE(verdict.lacks_only_a_known_ca);
  EXPECT_EQ(cached(), 0);
}

TEST_P(ClientChainTest, AGoodOneIsKeptAndResumed) {
  const IssuedCertificate own = issue(clients_.intermediate());
  EXPECT_EQ(verdict_on(own.chain + others(3), own.key).verify_text(), "SUCCESS");
  EXPECT_EQ(cached(), 1);
  ClientOptions options;
  options.server_name = "c.test";
  options.lowest = options.highest = GetParam();
  MemoryClient again(context_, index, options, session_.get());
  ASSERT_EQ(again.handshake(), SessionStatus::done);
  EXPECT_TRUE(again.server.facts().resumed);
  EXPECT_EQ(again.server.facts().client().pem, own.certificate);
}

TEST_P(ClientChainTest, ALargeOneIsNotKept) {
  CertificateRequest request;
  request.for_clients = true;
  for (int i = 0; i < 200; ++i)
    request.dns_names.push_back("a-rather-long-name-" + std::to_string(i) + ".test");
  const IssuedCertificate own = clients_.issue(request);
  EXPECT_EQ(verdict_on(own.chain, own.key).verify_text(), "SUCCESS");
  EXPECT_EQ(cached(), 0);
}

TEST_P(ClientChainTest, OneOfMoreThanTenIsNotLookedThrough) {
  const IssuedCertificate own = issue(clients_);
  EXPECT_EQ(verdict_on(own.chain + others(9), own.key).verify_text(), "SUCCESS");
  const ClientCertificate verdict = verdict_on(own.chain + others(10), own.key);
  EXPECT_EQ(verdict.verify_text(), "FAILED:certificate chain too long");
  EXPECT_FALSE(verdict.lacks_only_a_known_ca) << "optional_no_ca must not let it pass";
}

TEST_P(ClientChainTest, OneWithAHugeKeyIsNotVerified) {
  const IssuedCertificate own = issue(clients_.intermediate("Huge", KeyKind::rsa4104));
  const ClientCertificate verdict = verdict_on(own.chain, own.key);
  EXPECT_EQ(verdict.verify_text(), "FAILED:application verification failure");
  EXPECT_FALSE(verdict.lacks_only_a_known_ca) << "optional_no_ca must not let it pass";
}

INSTANTIATE_TEST_SUITE_P(Versions, ClientChainTest, ::testing::Values(TLS1_2_VERSION, TLS1_3_VERSION),
                         [](const auto& one) { return one.param == TLS1_2_VERSION ? "Tls12" : "Tls13"; });

}  // namespace
}  // namespace headgate::tls
