// Keys, certificates and the Secrets that hold them.
#include "support/test_certificate.h"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include <cstdint>
#include <stdexcept>

namespace headgate::test_support {
namespace {

constexpr long kDay = 24 * 60 * 60;

void require(bool done, const char* what) {
  if (!done) throw std::runtime_error(std::string("a test certificate: ") + what);
}

void add_extension(X509* certificate, X509* issuer, int id, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const std::unique_ptr<X509_EXTENSION, void (*)(X509_EXTENSION*)> extension(
      X509V3_EXT_conf_nid(nullptr, &context, id, value.c_str()), &X509_EXTENSION_free);
  require(extension != nullptr && X509_add_ext(certificate, extension.get(), -1) == 1, value.c_str());
}

template <typename Write>
std::string as_pem(Write write) {
  const std::unique_ptr<BIO, int (*)(BIO*)> memory(BIO_new(BIO_s_mem()), &BIO_free);
  require(write(memory.get()) == 1, "PEM");
  char* data = nullptr;
  const long size = BIO_get_mem_data(memory.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

std::string base64(std::string_view bytes) {
  std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  const int size =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                      reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(size));
  return text;
}

}  // namespace

TestCertificate::TestCertificate(const CertificateSpec& spec)
    : certificate_(X509_new(), &X509_free),
      key_(spec.rsa ? EVP_RSA_gen(2048) : EVP_EC_gen("P-256"), &EVP_PKEY_free) {
  require(certificate_ != nullptr && key_ != nullptr && !spec.names.empty(), "a key and a name");
  X509* made = x509();
  std::uint64_t serial = 0;
  require(RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial) == 1, "random bytes");
  X509_set_version(made, 2);
  ASN1_INTEGER_set_uint64(X509_get_serialNumber(made), serial | 1);
  const long begin = spec.days < 0 ? 2 * spec.days * kDay : -kDay;
  X509_gmtime_adj(X509_getm_notBefore(made), begin);
  X509_gmtime_adj(X509_getm_notAfter(made), spec.days * kDay);
  X509_set_pubkey(made, key());
  X509_NAME_add_entry_by_txt(X509_get_subject_name(made), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(spec.names.front().c_str()), -1, -1, 0);
  X509* issuer = spec.issuer != nullptr ? spec.issuer->x509() : made;
  X509_set_issuer_name(made, X509_get_subject_name(issuer));
  std::string names;
  for (const std::string& name : spec.names) names += (names.empty() ? "DNS:" : ",DNS:") + name;
  add_extension(made, issuer, NID_subject_alt_name, names);
  add_extension(made, issuer, NID_basic_constraints, spec.is_authority ? "critical,CA:TRUE" : "CA:FALSE");
  if (spec.is_authority) add_extension(made, issuer, NID_key_usage, "critical,keyCertSign,cRLSign");
  add_extension(made, issuer, NID_subject_key_identifier, "hash");
  require(X509_sign(made, spec.issuer != nullptr ? spec.issuer->key() : key(), EVP_sha256()) > 0,
          "a signature");
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
