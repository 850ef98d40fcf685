// The certificate that answers where nobody gave one: Certificate::make_fake.
#include <ctime>

#include "tls/certificate.h"
#include "tls/openssl_handles.h"

namespace headgate::tls {
namespace {

constexpr unsigned kBits = 2048;
constexpr long kLifetime = 365L * 24 * 3600;
constexpr int kSerialBits = 128;

bool set_random_serial(X509* certificate) {
  const BignumHandle number(BN_new());
  return number != nullptr &&
         BN_rand(number.get(), kSerialBits - 1, BN_RAND_TOP_ANY, BN_RAND_BOTTOM_ANY) == 1 &&
         BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr;
}

bool add_name(X509_NAME* name, const char* field, const char* text) {
  return X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(text),
                                    -1, -1, 0) == 1;
}

bool add_extension(X509* certificate, int nid, const char* value) {
  const Handle<X509_EXTENSION, X509_EXTENSION_free> extension(
      X509V3_EXT_conf_nid(nullptr, nullptr, nid, value));
  return extension != nullptr && X509_add_ext(certificate, extension.get(), -1) == 1;
}

bool fill(X509* certificate, EVP_PKEY* key) {
  X509_NAME* const name = X509_get_subject_name(certificate);
  return X509_set_version(certificate, X509_VERSION_3) == 1 && set_random_serial(certificate) &&
         X509_gmtime_adj(X509_getm_notBefore(certificate), 0) != nullptr &&
         X509_gmtime_adj(X509_getm_notAfter(certificate), kLifetime) != nullptr &&
         add_name(name, "O", "Acme Co") &&
         add_name(name, "CN", "Kubernetes Ingress Controller Fake Certificate") &&
         X509_set_issuer_name(certificate, name) == 1 && X509_set_pubkey(certificate, key) == 1 &&
         add_extension(certificate, NID_key_usage, "critical,digitalSignature,keyEncipherment") &&
         add_extension(certificate, NID_ext_key_usage, "serverAuth") &&
         add_extension(certificate, NID_basic_constraints, "critical,CA:FALSE") &&
         add_extension(certificate, NID_subject_alt_name, "DNS:ingress.local") &&
         X509_sign(certificate, key, EVP_sha256()) > 0;
}

}  // namespace

Result<std::shared_ptr<const Certificate>> Certificate::make_fake() {
  const KeyHandle key(EVP_RSA_gen(kBits));
  const X509Handle certificate(X509_new());
  const BioHandle chain(BIO_new(BIO_s_mem()));
  const BioHandle key_pem(BIO_new(BIO_s_mem()));
  if (key == nullptr || certificate == nullptr || chain == nullptr || key_pem == nullptr ||
      !fill(certificate.get(), key.get()) || PEM_write_bio_X509(chain.get(), certificate.get()) != 1 ||
      PEM_write_bio_PKCS8PrivateKey(key_pem.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1)
    return fail("cannot make the fake certificate: " + take_openssl_error());
  return from_pem(bio_text(chain.get()), bio_text(key_pem.get()));
}

}  // namespace headgate::tls
