// What Certificate::from_pem takes, what it refuses and in which words.
#include "tls/certificate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ctime>

#include "tls/certificate_state.h"
#include "tls/intermediate.h"
#include "tls/tls_fixture.h"

namespace headgate::tls {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class CertificateTest : public ::testing::Test {
 protected:
  // The sentence it is refused with; empty: it is taken.
  static std::string refusal(const std::string& chain, const std::string& key) {
    const auto made = Certificate::from_pem(chain, key);
    return made ? std::string() : made.error().message;
  }
  // Taken, and OpenSSL can use it.
  static bool is_usable(const std::string& chain, const std::string& key) {
    const auto made = Certificate::from_pem(chain, key);
    return made && (*made)->parsed() != nullptr;
  }

  TestAuthority root;
  TestAuthority authority{root.intermediate("R1")};
  IssuedCertificate leaf = authority.issue_for({"a.test", "*.B.Test"});
};

TEST_F(CertificateTest, TellsWhatTheLeafSays) {
  CertificateRequest request;
  request.common_name = "not a name of it";
  request.dns_names = {"A.Test", "*.b.test", "a.test", "in valid"};
  request.serial = 1234567890123;
  const auto made = Certificate::from_pem(authority.issue(request).chain, leaf.key);
  ASSERT_FALSE(made) << "of another key";
  const TestKey key;
  const IssuedCertificate issued = authority.issue(request, key);
  const auto certificate = Certificate::from_pem(issued.chain, issued.key);
  ASSERT_TRUE(certificate) << certificate.error().message;
  const CertificateFacts& facts = (*certificate)->facts();
  EXPECT_THAT(facts.names, ElementsAre("a.test", "*.b.test"));
  EXPECT_EQ(facts.serial, "1234567890123");
  EXPECT_EQ(facts.issuer_common_name, "R1");
  EXPECT_EQ(facts.issuer_organization, "Headgate Tests");
  EXPECT_EQ(facts.issuer_serial_number, "");
  EXPECT_EQ(facts.key_type, KeyType::ecdsa);
  EXPECT_EQ(to_string(facts.key_type), "ECDSA");
  EXPECT_EQ(facts.fingerprint.size(), 64u);
  EXPECT_NEAR(static_cast<double>(facts.not_before), static_cast<double>(std::time(nullptr) - 3600), 60);
  EXPECT_NEAR(static_cast<double>(facts.not_after), static_cast<double>(std::time(nullptr) + 30 * 86400), 60);
}

TEST_F(CertificateTest, TakesTheCommonNameOnlyWithoutASan) {
  CertificateRequest request;
  request.common_name = "Old.Test";
  const IssuedCertificate without = authority.issue(request);
  EXPECT_THAT((*Certificate::from_pem(without.chain, without.key))->facts().names, ElementsAre("old.test"));
  request.dns_names = {"new.test"};
  const IssuedCertificate with = authority.issue(request);
  EXPECT_THAT((*Certificate::from_pem(with.chain, with.key))->facts().names, ElementsAre("new.test"));
}

TEST_F(CertificateTest, CoversByRfc6125) {
  const auto made = Certificate::from_pem(leaf.chain, leaf.key);
  const Certificate& certificate = **made;
  EXPECT_TRUE(certificate.covers("a.test"));
  EXPECT_TRUE(certificate.covers("x.b.test"));
  EXPECT_TRUE(certificate.covers("*.b.test"));
  for (const char* host : {"b.test", "x.y.b.test", "xa.test", "*.a.test", "*.test", "test", "", ".b.test"})
    EXPECT_FALSE(certificate.covers(host)) << host;
}

TEST_F(CertificateTest, TakesEveryFormOfKey) {
  for (const KeyKind kind : {KeyKind::p256, KeyKind::p384, KeyKind::p521, KeyKind::rsa2048}) {
    const TestKey key(kind);
    CertificateRequest request;
    request.dns_names = {"a.test"};
    const IssuedCertificate issued = authority.issue(request, key);
    EXPECT_TRUE(is_usable(issued.chain, key.pem()));
    EXPECT_TRUE(is_usable(issued.chain, key.traditional_pem()));
    EXPECT_TRUE(is_usable(issued.chain,
                          "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n"
                          "-----END EC PARAMETERS-----\n" +
                              key.traditional_pem()));
  }
  const IssuedCertificate edwards = authority.issue_for({"a.test"}, KeyKind::ed25519);
  EXPECT_TRUE(is_usable(edwards.chain, edwards.key));
  EXPECT_EQ((*Certificate::from_pem(edwards.chain, edwards.key))->facts().key_type, KeyType::other);
}

TEST_F(CertificateTest, TakesWhatStandsBetweenBlocks) {
  std::string chain = "Bag Attributes\n  friendlyName: x\n" + leaf.certificate + "\r\ngarbage -----\n";
  chain += leaf.key + authority.certificate();
  EXPECT_EQ(refusal(chain, "note\n" + leaf.certificate + leaf.key + "\ntrailer"), "");
  std::string windows;
  for (const char c : leaf.chain) windows += c == '\n' ? std::string("\r\n") : std::string(1, c);
  EXPECT_EQ(refusal(windows, leaf.key), "");
}

TEST_F(CertificateTest, TakesALeafAloneAndAnExpiredOne) {
  EXPECT_EQ(refusal(leaf.certificate, leaf.key), "");
  CertificateRequest request;
  request.not_before = std::chrono::hours(-48);
  request.not_after = std::chrono::hours(-24);
  const IssuedCertificate expired = authority.issue(request);
  EXPECT_EQ(refusal(expired.chain, expired.key), "");
}

TEST_F(CertificateTest, RefusesAKeyOfAnotherCertificate) {
  const std::string elliptic = TestKey().pem();
  EXPECT_EQ(refusal(leaf.chain, elliptic), "the private key belongs to another certificate");
  EXPECT_EQ(refusal(leaf.chain, TestKey(KeyKind::p384).pem()),
            "the private key belongs to another certificate");
  const TestKey rsa(KeyKind::rsa2048);
  EXPECT_EQ(refusal(leaf.chain, rsa.pem()), "the private key belongs to another certificate");
  EXPECT_EQ(refusal(leaf.chain, rsa.traditional_pem()), "the private key belongs to another certificate");
  const IssuedCertificate other = authority.issue_for({"a.test"}, KeyKind::rsa2048);
  EXPECT_EQ(refusal(other.chain, rsa.pem()), "the private key belongs to another certificate");
  EXPECT_EQ(refusal(other.chain, elliptic), "the private key belongs to another certificate");
  EXPECT_EQ(refusal(other.chain, TestKey(KeyKind::ed25519).pem()),
            "the private key belongs to another certificate");
}

TEST_F(CertificateTest, SaysThatTheLeafIsNotFirst) {
  EXPECT_EQ(
      refusal(authority.certificate() + leaf.certificate, leaf.key),
      "the private key belongs to certificate 2 of the chain; the certificate of the host must come first");
}

TEST_F(CertificateTest, RefusesAnEncryptedKey) {
  EXPECT_EQ(refusal(leaf.chain, TestKey().encrypted_pem()),
            "the private key is encrypted; it must be stored without a passphrase");
  EXPECT_EQ(
      refusal(leaf.chain,
              "-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\nAAAA\n"
              "-----END EC PRIVATE KEY-----\n"),
      "the private key is encrypted; it must be stored without a passphrase");
}

TEST_F(CertificateTest, RefusesWhatIsMissingOrCut) {
  EXPECT_EQ(refusal("", leaf.key), "there is no certificate in PEM form");
  EXPECT_EQ(refusal(leaf.key, leaf.key), "there is no certificate in PEM form");
  EXPECT_EQ(refusal(leaf.chain, ""), "there is no private key in PEM form");
  EXPECT_EQ(refusal(leaf.chain, leaf.certificate), "there is no private key in PEM form");
  EXPECT_EQ(refusal("-----BEGIN CERTIFICATE", leaf.key), "a BEGIN line of the certificate chain has no end");
  EXPECT_EQ(refusal(leaf.certificate.substr(0, leaf.certificate.size() / 2), leaf.key),
            "the certificate is cut off or not base64");
  EXPECT_EQ(refusal(leaf.chain, leaf.key.substr(0, leaf.key.size() / 2)),
            "the private key is cut off or not base64");
  EXPECT_EQ(
      refusal(leaf.certificate + "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n", leaf.key),
      "certificate 2 of the chain is cut off or not base64");
  EXPECT_EQ(refusal("-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n", leaf.key),
            "the certificate is not an X.509 certificate");
  EXPECT_THAT(refusal(leaf.chain, "-----BEGIN PRIVATE KEY-----\nMAA=\n-----END PRIVATE KEY-----\n"),
              HasSubstr("OpenSSL can read"));
}

// Every place of the DER: refused with a sentence or taken, never read outside it (the sanitizers watch).
TEST_F(CertificateTest, SurvivesEveryFlippedByte) {
  std::size_t refused = 0;
  for (std::string* text : {&leaf.certificate, &leaf.key}) {
    for (std::size_t i = 30; i + 30 < text->size(); i += 3) {
      const char before = (*text)[i];
      (*text)[i] = before == 'A' ? 'x' : 'A';
      const auto made = Certificate::from_pem(leaf.certificate, leaf.key);
      if (!made) {
        ++refused;
        EXPECT_NE(made.error().message, "");
      } else {
        (void)(*made)->parsed();  // usable or not
      }
      (*text)[i] = before;
    }
  }
  EXPECT_GT(refused, 20u);
}

TEST_F(CertificateTest, RefusesWhatNoClientTakes) {
  const IssuedCertificate small = authority.issue_for({"a.test"}, KeyKind::rsa1024);
  EXPECT_EQ(refusal(small.chain, small.key),
            "the certificate has an RSA key of 1024 bits; 2048 is the least");
  const IssuedCertificate large = authority.issue_for({"a.test"}, KeyKind::rsa4104);
  EXPECT_EQ(refusal(large.chain, large.key), "the certificate has an RSA key of 4104 bits; 4096 is the most");
  CertificateRequest request;
  request.sha1 = true;
  const IssuedCertificate old = authority.issue(request);
  EXPECT_EQ(refusal(old.chain, old.key), "the certificate is signed with SHA-1, which clients do not accept");
  const IssuedCertificate own = test_support::self_signed(request);
  EXPECT_TRUE(is_usable(own.chain, own.key)) << "nobody checks this signature";
}

TEST_F(CertificateTest, RefusesWhatIsTooLarge) {
  EXPECT_EQ(refusal(leaf.chain + std::string(200000, ' '), leaf.key),
            "the certificate chain has " + std::to_string(leaf.chain.size() + 200000) +
                " bytes; 65536 is the most");
  EXPECT_THAT(refusal(leaf.chain, leaf.key + std::string(100000, ' ')), HasSubstr("32768 is the most"));
  std::string chain;
  for (int i = 0; i < 50; ++i) chain += leaf.certificate;
  EXPECT_EQ(refusal(chain, leaf.key), "the chain has more than 10 certificates");
}

TEST_F(CertificateTest, IsNotUsedWhereThePrivateNumberIsWrong) {
  const TestKey key;
  const IssuedCertificate issued = authority.issue(CertificateRequest{}, key);
  const auto made = Certificate::from_pem(issued.chain, unsound_key(key));
  ASSERT_TRUE(made) << "told by the first handshake only";
  EXPECT_EQ((*made)->parsed(), nullptr);
}

// So that no handshake compares the two.
TEST_F(CertificateTest, MakesOneObjectOfThePublicAndThePrivateKey) {
  using test_support::KeyKind;
  for (const KeyKind kind : {KeyKind::p256, KeyKind::p384, KeyKind::rsa2048, KeyKind::ed25519}) {
    const TestKey key(kind);
    const IssuedCertificate issued = authority.issue(CertificateRequest{}, key);
    const auto made = Certificate::from_pem(issued.chain, issued.key);
    ASSERT_TRUE(made) << made.error().message;
    const Certificate::Parsed* const parsed = (*made)->parsed();
    ASSERT_NE(parsed, nullptr);
    EXPECT_EQ(X509_get0_pubkey(parsed->leaf.get()), parsed->key.get());
    unsigned char* encoded = nullptr;
    const int size = i2d_X509(parsed->leaf.get(), &encoded);
    ASSERT_GT(size, 0);
    EXPECT_EQ(std::string(reinterpret_cast<const char*>(encoded), static_cast<std::size_t>(size)),
              (*made)->state().leaf)
        << "what the issuer signed";
    OPENSSL_free(encoded);
  }
}

TEST_F(CertificateTest, MakesTheFakeOfIngressNginx) {
  const auto made = Certificate::make_fake();
  ASSERT_TRUE(made) << made.error().message;
  const CertificateFacts& facts = (*made)->facts();
  EXPECT_THAT(facts.names, ElementsAre("ingress.local"));
  EXPECT_EQ(facts.issuer_common_name, "Kubernetes Ingress Controller Fake Certificate");
  EXPECT_EQ(facts.issuer_organization, "Acme Co");
  EXPECT_EQ(facts.key_type, KeyType::rsa);
  EXPECT_NEAR(static_cast<double>(facts.not_after), static_cast<double>(std::time(nullptr) + 365L * 86400),
              60);
  EXPECT_NE((*made)->parsed(), nullptr);
}

TEST_F(CertificateTest, SharesEqualIntermediates) {
  IntermediatePool pool;
  const IssuedCertificate second = authority.issue_for({"b.test"});
  auto one = Certificate::from_pem(leaf.chain, leaf.key, &pool);
  auto two = Certificate::from_pem(second.chain, second.key, &pool);
  EXPECT_EQ(pool.size(), 1u);
  EXPECT_NE((*one)->parsed(), nullptr);
  EXPECT_NE((*two)->parsed(), nullptr);
}

TEST(IntermediatePool, ForgetsWhatNobodyUses) {
  IntermediatePool pool;
  for (int i = 0; i < 1000; ++i) pool.intern("certificate " + std::to_string(i));
  EXPECT_LE(pool.size(), 64u);
  const auto kept = pool.intern("kept");
  EXPECT_EQ(pool.intern("kept"), kept);
}

}  // namespace
}  // namespace headgate::tls
