// Keys, certificates and the Secrets that hold them.
#include "support/test_certificate.h"

#include <openssl/bio.h>
#include <openssl/pem.h>

#include <stdexcept>

#include "support/base64.h"
#include "support/test_certificates.h"

namespace headgate::test_support {
namespace {

void require(bool done, const char* what) {
  if (!done) throw std::runtime_error(std::string("a test certificate: ") + what);
}

using Memory = std::unique_ptr<BIO, int (*)(BIO*)>;

Memory as_memory(const std::string& text) {
  return {BIO_new_mem_buf(text.data(), static_cast<int>(text.size())), &BIO_free};
}

template <typename Write>
std::string as_pem(Write write) {
  const Memory memory(BIO_new(BIO_s_mem()), &BIO_free);
  require(write(memory.get()) == 1, "PEM");
  char* data = nullptr;
  const long size = BIO_get_mem_data(memory.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

}  // namespace

TestCertificate::TestCertificate(const CertificateSpec& spec) {
  CertificateRequest request;
  request.common_name = spec.names.at(0);
  request.dns_names = spec.names;
  const IssuedCertificate made = self_signed(request, spec.rsa ? KeyKind::rsa2048 : KeyKind::p256);
  certificate_ = {PEM_read_bio_X509(as_memory(made.certificate).get(), nullptr, nullptr, nullptr),
                  &X509_free};
  key_ = {PEM_read_bio_PrivateKey(as_memory(made.key).get(), nullptr, nullptr, nullptr), &EVP_PKEY_free};
  require(certificate_ != nullptr && key_ != nullptr, "what was made can be read");
}

TestCertificate TestCertificate::from_pem(const std::string& certificate, const std::string& key) {
  using Memory = std::unique_ptr<BIO, int (*)(BIO*)>;
  const auto open = [](const std::string& text) {
    return Memory(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())), &BIO_free);
  };
  TestCertificate read({PEM_read_bio_X509(open(certificate).get(), nullptr, nullptr, nullptr), &X509_free},
                       {PEM_read_bio_PrivateKey(open(key).get(), nullptr, nullptr, nullptr), &EVP_PKEY_free});
  require(read.certificate_ != nullptr && read.key_ != nullptr, "PEM");
  return read;
}

std::string TestCertificate::pem() const {
  return as_pem([this](BIO* out) { return PEM_write_bio_X509(out, x509()); });
}

std::string TestCertificate::key_pem() const {
  return as_pem([this](BIO* out) {
    return PEM_write_bio_PrivateKey(out, key(), nullptr, nullptr, 0, nullptr, nullptr);
  });
}

std::string TestCertificate::fingerprint() const { return fingerprint_of(x509()); }

std::string fingerprint_of(const X509* certificate) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  require(X509_digest(certificate, EVP_sha256(), digest, &size) == 1, "a digest");
  std::string text;
  for (unsigned i = 0; i < size; ++i) {
    text += "0123456789abcdef"[digest[i] >> 4];
    text += "0123456789abcdef"[digest[i] & 15];
  }
  return text;
}

std::string tls_secret(std::string_view name, std::string_view chain, std::string_view key) {
  return "---\napiVersion: v1\nkind: Secret\ntype: kubernetes.io/tls\nmetadata: {name: " + std::string(name) +
         ", namespace: default}\ndata:\n  tls.crt: " + base64(chain) + "\n  tls.key: " + base64(key) + "\n";
}

std::string tls_secret(std::string_view name, const TestCertificate& certificate) {
  return tls_secret(name, certificate.pem(), certificate.key_pem());
}

}  // namespace headgate::test_support
