// A self-signed certificate as OpenSSL's own objects, and the Secret that holds it. Chains, revocation lists
// and odd keys: test_certificates.h.
#pragma once

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace headgate::test_support {

struct CertificateSpec {
  std::vector<std::string> names;  // DNS names; the first is the common name too
  bool rsa = false;                // RSA 2048 instead of ECDSA P-256
};

// Copies share certificate and key.
class TestCertificate {
 public:
  // Throws std::runtime_error.
  explicit TestCertificate(const CertificateSpec& spec);
  static TestCertificate from_pem(const std::string& certificate, const std::string& key);

  [[nodiscard]] std::string pem() const;
  [[nodiscard]] std::string key_pem() const;
  // SHA-256 in hexadecimal digits.
  [[nodiscard]] std::string fingerprint() const;
  [[nodiscard]] X509* x509() const { return certificate_.get(); }
  [[nodiscard]] EVP_PKEY* key() const { return key_.get(); }

 private:
  TestCertificate(std::shared_ptr<X509> certificate, std::shared_ptr<EVP_PKEY> key)
      : certificate_(std::move(certificate)), key_(std::move(key)) {}

  std::shared_ptr<X509> certificate_;
  std::shared_ptr<EVP_PKEY> key_;
};

std::string fingerprint_of(const X509* certificate);

// The document of a kubernetes.io/tls Secret in namespace `default`; `chain` as in tls.crt.
std::string tls_secret(std::string_view name, std::string_view chain, std::string_view key);
std::string tls_secret(std::string_view name, const TestCertificate& certificate);

}  // namespace headgate::test_support
