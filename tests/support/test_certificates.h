// Makes the certificates, chains and revocation lists of a test, in PEM, at run time. Every function throws
// std::runtime_error where OpenSSL refuses.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace headgate::test_support {

enum class KeyKind { p256, p384, p521, rsa1024, rsa2048, rsa4096, rsa4104, ed25519 };

// A private key. Copies share it: RSA keys are slow to make, so a test may use one for many certificates.
class TestKey {
 public:
  explicit TestKey(KeyKind kind = KeyKind::p256);

  [[nodiscard]] std::string pem() const;              // PKCS#8
  [[nodiscard]] std::string traditional_pem() const;  // PKCS#1 or SEC1
  [[nodiscard]] std::string encrypted_pem() const;    // PKCS#8, passphrase "secret"
  [[nodiscard]] void* native() const { return key_.get(); }

 private:
  std::shared_ptr<void> key_;
};

// What the certificate says. The times are from now.
struct CertificateRequest {
  std::string common_name = "test";
  std::string organization{};
  std::vector<std::string> dns_names{};     // with ip_addresses the subjectAltName; both empty: none
  std::vector<std::string> ip_addresses{};  // "127.0.0.1", "::1"
  std::chrono::seconds not_before{-3600};
  std::chrono::seconds not_after{30 * 24 * 3600};
  unsigned long serial = 0;      // 0: a random one
  std::string ocsp_responder{};  // URL
  bool for_clients = false;      // extended key usage clientAuth, not serverAuth
  bool sha1 = false;             // signed with SHA-1
};

// A certificate with its key.
struct IssuedCertificate {
  std::string certificate;  // PEM
  std::string key;          // PEM
  std::string chain;        // PEM: the certificate, then the intermediates up to the root, without the root
};

class TestAuthority {
 public:
  // A root: self-signed, able to sign for ten years.
  explicit TestAuthority(const std::string& common_name = "Test Root", KeyKind kind = KeyKind::p256);

  // An authority below this one.
  [[nodiscard]] TestAuthority intermediate(const std::string& common_name = "Test Intermediate",
                                           KeyKind kind = KeyKind::p256) const;
  [[nodiscard]] IssuedCertificate issue(const CertificateRequest& request) const;
  [[nodiscard]] IssuedCertificate issue(const CertificateRequest& request, const TestKey& key) const;
  // For the names, with the defaults.
  [[nodiscard]] IssuedCertificate issue_for(const std::vector<std::string>& dns_names,
                                            KeyKind kind = KeyKind::p256) const;
  // A revocation list (PEM) with these serial numbers, valid from an hour ago.
  [[nodiscard]] std::string revocation_list(const std::vector<unsigned long>& serials,
                                            std::chrono::seconds valid_for = std::chrono::hours(24)) const;
  // An OCSP response (DER) for a certificate of this authority, signed by the authority itself.
  [[nodiscard]] std::string ocsp_response(const std::string& certificate_pem, bool revoked = false,
                                          std::chrono::seconds this_update = std::chrono::seconds(-60),
                                          std::chrono::seconds next_update = std::chrono::hours(24)) const;

  [[nodiscard]] std::string certificate() const;  // PEM
  [[nodiscard]] const TestKey& key() const { return key_; }

 private:
  TestAuthority(const TestAuthority& parent, const std::string& common_name, KeyKind kind);

  TestKey key_;
  std::shared_ptr<void> certificate_;
  std::string chain_;  // PEM: this one and those above it, without the root
};

// Signed by its own key.
IssuedCertificate self_signed(const CertificateRequest& request, KeyKind kind = KeyKind::p256);

}  // namespace headgate::test_support
