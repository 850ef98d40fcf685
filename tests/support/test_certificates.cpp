#include "support/test_certificates.h"

#include <openssl/ec.h>
#include <openssl/ocsp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include <ctime>
#include <stdexcept>

namespace headgate::test_support {
namespace {

template <auto Free>
struct FreeWith {
  template <typename T>
  void operator()(T* object) const {
    Free(object);
  }
};
template <typename T, auto Free>
using Handle = std::unique_ptr<T, FreeWith<Free>>;

void check(bool good, const char* what) {
  if (!good) throw std::runtime_error(std::string("test certificates: ") + what);
}

std::string text_of(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return {data, static_cast<std::size_t>(size)};
}

template <typename Write>
std::string written(Write write) {
  const Handle<BIO, BIO_free> bio(BIO_new(BIO_s_mem()));
  check(bio != nullptr && write(bio.get()) == 1, "writing PEM");
  return text_of(bio.get());
}

std::string pem_of(X509* certificate) {
  return written([&](BIO* bio) { return PEM_write_bio_X509(bio, certificate); });
}

Handle<X509, X509_free> from_pem(const std::string& pem) {
  const Handle<BIO, BIO_free> bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  Handle<X509, X509_free> certificate(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
  check(certificate != nullptr, "reading PEM");
  return certificate;
}

EVP_PKEY* native(const TestKey& key) { return static_cast<EVP_PKEY*>(key.native()); }
X509* native(const std::shared_ptr<void>& certificate) { return static_cast<X509*>(certificate.get()); }

EVP_PKEY* make_key(KeyKind kind) {
  switch (kind) {
    case KeyKind::p256:
      return EVP_EC_gen("P-256");
    case KeyKind::p384:
      return EVP_EC_gen("P-384");
    case KeyKind::p521:
      return EVP_EC_gen("P-521");
    case KeyKind::rsa1024:
      return EVP_RSA_gen(1024);
    case KeyKind::rsa2048:
      return EVP_RSA_gen(2048);
    case KeyKind::rsa4096:
      return EVP_RSA_gen(4096);
    case KeyKind::rsa4104:
      return EVP_RSA_gen(4104);
    case KeyKind::ed25519:
      return EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
  }
  return nullptr;
}

const EVP_MD* digest_for(EVP_PKEY* key, bool sha1) {
  if (EVP_PKEY_is_a(key, "ED25519") == 1) return nullptr;
  return sha1 ? EVP_sha1() : EVP_sha256();
}

void add_extension(X509* certificate, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const Handle<X509_EXTENSION, X509_EXTENSION_free> extension(
      X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()));
  check(extension != nullptr && X509_add_ext(certificate, extension.get(), -1) == 1, value.c_str());
}

void add_name(X509_NAME* name, const char* field, const std::string& value) {
  if (value.empty()) return;
  check(X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8,
                                   reinterpret_cast<const unsigned char*>(value.c_str()), -1, -1, 0) == 1,
        "a name");
}

// Everything but the extensions and the signature. `issuer` null: self-signed.
Handle<X509, X509_free> draft(const CertificateRequest& request, EVP_PKEY* key, X509* issuer) {
  Handle<X509, X509_free> certificate(X509_new());
  X509* const x509 = certificate.get();
  check(X509_set_version(x509, X509_VERSION_3) == 1, "version");
  unsigned long serial = request.serial;
  if (serial == 0) check(RAND_bytes(reinterpret_cast<unsigned char*>(&serial), 7) == 1, "randomness");
  check(ASN1_INTEGER_set_uint64(X509_get_serialNumber(x509), serial) == 1, "serial");
  X509_gmtime_adj(X509_getm_notBefore(x509), request.not_before.count());
  X509_gmtime_adj(X509_getm_notAfter(x509), request.not_after.count());
  add_name(X509_get_subject_name(x509), "O", request.organization);
  add_name(X509_get_subject_name(x509), "CN", request.common_name);
  const X509* const signer = issuer == nullptr ? x509 : issuer;
  check(X509_set_issuer_name(x509, X509_get_subject_name(signer)) == 1, "issuer");
  check(X509_set_pubkey(x509, key) == 1, "public key");
  return certificate;
}

Handle<X509, X509_free> make_leaf(const CertificateRequest& request, EVP_PKEY* key, X509* issuer,
                                  EVP_PKEY* issuer_key) {
  Handle<X509, X509_free> certificate = draft(request, key, issuer);
  X509* const x509 = certificate.get();
  X509* const signer = issuer == nullptr ? x509 : issuer;
  add_extension(x509, signer, NID_basic_constraints, "critical,CA:FALSE");
  add_extension(x509, signer, NID_key_usage, "critical,digitalSignature");
  add_extension(x509, signer, NID_ext_key_usage, request.for_clients ? "clientAuth" : "serverAuth");
  add_extension(x509, signer, NID_subject_key_identifier, "hash");
  if (!request.ocsp_responder.empty())
    add_extension(x509, signer, NID_info_access, "OCSP;URI:" + request.ocsp_responder);
  std::string names;
  for (const std::string& name : request.dns_names) names += (names.empty() ? "DNS:" : ",DNS:") + name;
  for (const std::string& address : request.ip_addresses) names += (names.empty() ? "IP:" : ",IP:") + address;
  if (!names.empty()) add_extension(x509, signer, NID_subject_alt_name, names);
  check(X509_sign(x509, issuer_key, digest_for(issuer_key, request.sha1)) > 0, "signature");
  return certificate;
}

Handle<X509, X509_free> make_authority(const std::string& common_name, EVP_PKEY* key, X509* issuer,
                                       EVP_PKEY* issuer_key) {
  CertificateRequest request;
  request.common_name = common_name;
  request.organization = "Headgate Tests";
  request.not_after = std::chrono::hours(10 * 365 * 24);
  Handle<X509, X509_free> certificate = draft(request, key, issuer);
  X509* const x509 = certificate.get();
  X509* const signer = issuer == nullptr ? x509 : issuer;
  add_extension(x509, signer, NID_basic_constraints, "critical,CA:TRUE");
  add_extension(x509, signer, NID_key_usage, "critical,keyCertSign,cRLSign");
  add_extension(x509, signer, NID_subject_key_identifier, "hash");
  check(X509_sign(x509, issuer_key, digest_for(issuer_key, false)) > 0, "signature");
  return certificate;
}

std::shared_ptr<void> shared(Handle<X509, X509_free> certificate) {
  return {certificate.release(), [](void* object) { X509_free(static_cast<X509*>(object)); }};
}

}  // namespace

TestKey::TestKey(KeyKind kind)
    : key_(make_key(kind), [](void* object) { EVP_PKEY_free(static_cast<EVP_PKEY*>(object)); }) {
  check(key_ != nullptr, "making a key");
}

std::string TestKey::pem() const {
  return written([&](BIO* bio) {
    return PEM_write_bio_PKCS8PrivateKey(bio, static_cast<EVP_PKEY*>(key_.get()), nullptr, nullptr, 0,
                                         nullptr, nullptr);
  });
}

std::string TestKey::traditional_pem() const {
  return written([&](BIO* bio) {
    return PEM_write_bio_PrivateKey_traditional(bio, static_cast<EVP_PKEY*>(key_.get()), nullptr, nullptr, 0,
                                                nullptr, nullptr);
  });
}

std::string TestKey::encrypted_pem() const {
  return written([&](BIO* bio) {
    return PEM_write_bio_PKCS8PrivateKey(bio, static_cast<EVP_PKEY*>(key_.get()), EVP_aes_256_cbc(), "secret",
                                         6, nullptr, nullptr);
  });
}

TestAuthority::TestAuthority(const std::string& common_name, KeyKind kind)
    : key_(kind), certificate_(shared(make_authority(common_name, native(key_), nullptr, native(key_)))) {}

TestAuthority::TestAuthority(const TestAuthority& parent, const std::string& common_name, KeyKind kind)
    : key_(kind),
      certificate_(shared(
          make_authority(common_name, native(key_), native(parent.certificate_), native(parent.key_)))),
      chain_(pem_of(native(certificate_)) + parent.chain_) {}

TestAuthority TestAuthority::intermediate(const std::string& common_name, KeyKind kind) const {
  return {*this, common_name, kind};
}

IssuedCertificate TestAuthority::issue(const CertificateRequest& request, const TestKey& key) const {
  const auto certificate = make_leaf(request, native(key), native(certificate_), native(key_));
  const std::string pem = pem_of(certificate.get());
  return {pem, key.pem(), pem + chain_};
}

IssuedCertificate TestAuthority::issue(const CertificateRequest& request) const {
  return issue(request, TestKey());
}

IssuedCertificate TestAuthority::issue_for(const std::vector<std::string>& dns_names, KeyKind kind) const {
  CertificateRequest request;
  if (!dns_names.empty()) request.common_name = dns_names.front();
  request.dns_names = dns_names;
  return issue(request, TestKey(kind));
}

std::string TestAuthority::revocation_list(const std::vector<unsigned long>& serials,
                                           std::chrono::seconds valid_for) const {
  const Handle<X509_CRL, X509_CRL_free> list(X509_CRL_new());
  const Handle<ASN1_TIME, ASN1_TIME_free> from(X509_gmtime_adj(nullptr, -3600));
  const Handle<ASN1_TIME, ASN1_TIME_free> until(X509_gmtime_adj(nullptr, valid_for.count()));
  check(X509_CRL_set_version(list.get(), X509_CRL_VERSION_2) == 1 &&
            X509_CRL_set_issuer_name(list.get(), X509_get_subject_name(native(certificate_))) == 1 &&
            X509_CRL_set1_lastUpdate(list.get(), from.get()) == 1 &&
            X509_CRL_set1_nextUpdate(list.get(), until.get()) == 1,
        "a revocation list");
  for (const unsigned long serial : serials) {
    const Handle<ASN1_INTEGER, ASN1_INTEGER_free> number(ASN1_INTEGER_new());
    Handle<X509_REVOKED, X509_REVOKED_free> entry(X509_REVOKED_new());
    check(ASN1_INTEGER_set_uint64(number.get(), serial) == 1 &&
              X509_REVOKED_set_serialNumber(entry.get(), number.get()) == 1 &&
              X509_REVOKED_set_revocationDate(entry.get(), from.get()) == 1 &&
              X509_CRL_add0_revoked(list.get(), entry.get()) == 1,
          "a revoked certificate");
    (void)entry.release();  // the list's now
  }
  check(X509_CRL_sign(list.get(), native(key_), EVP_sha256()) > 0, "signature of a revocation list");
  return written([&](BIO* bio) { return PEM_write_bio_X509_CRL(bio, list.get()); });
}

std::string TestAuthority::ocsp_response(const std::string& certificate_pem, bool revoked,
                                         std::chrono::seconds this_update,
                                         std::chrono::seconds next_update) const {
  const auto leaf = from_pem(certificate_pem);
  const Handle<OCSP_BASICRESP, OCSP_BASICRESP_free> basic(OCSP_BASICRESP_new());
  const Handle<OCSP_CERTID, OCSP_CERTID_free> id(
      OCSP_cert_to_id(EVP_sha1(), leaf.get(), native(certificate_)));
  const Handle<ASN1_TIME, ASN1_TIME_free> from(X509_gmtime_adj(nullptr, this_update.count()));
  const Handle<ASN1_TIME, ASN1_TIME_free> until(X509_gmtime_adj(nullptr, next_update.count()));
  const Handle<ASN1_TIME, ASN1_TIME_free> when(X509_gmtime_adj(nullptr, -7200));
  check(OCSP_basic_add1_status(basic.get(), id.get(),
                               revoked ? V_OCSP_CERTSTATUS_REVOKED : V_OCSP_CERTSTATUS_GOOD, 0,
                               revoked ? when.get() : nullptr, from.get(), until.get()) != nullptr,
        "an OCSP status");
  check(OCSP_basic_sign(basic.get(), native(certificate_), native(key_), EVP_sha256(), nullptr, 0) == 1,
        "signature of an OCSP response");
  const Handle<OCSP_RESPONSE, OCSP_RESPONSE_free> response(
      OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, basic.get()));
  unsigned char* der = nullptr;
  const int size = i2d_OCSP_RESPONSE(response.get(), &der);
  check(size > 0, "an OCSP response");
  std::string text(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size));
  OPENSSL_free(der);
  return text;
}

std::string TestAuthority::certificate() const { return pem_of(native(certificate_)); }

IssuedCertificate self_signed(const CertificateRequest& request, KeyKind kind) {
  const TestKey key(kind);
  const auto certificate = make_leaf(request, native(key), nullptr, native(key));
  const std::string pem = pem_of(certificate.get());
  return {pem, key.pem(), pem};
}

}  // namespace headgate::test_support
