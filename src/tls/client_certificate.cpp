#include "tls/client_certificate.h"

#include <openssl/asn1.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <array>

namespace headgate::tls {
namespace {

std::string distinguished_name(const X509_NAME* name) {
  const BioHandle text(BIO_new(BIO_s_mem()));
  if (text == nullptr || X509_NAME_print_ex(text.get(), name, 0, XN_FLAG_RFC2253) < 0) return {};
  return bio_text(text.get());
}

std::string pem_of(X509* certificate) {
  const BioHandle text(BIO_new(BIO_s_mem()));
  if (text == nullptr || PEM_write_bio_X509(text.get(), certificate) != 1) return {};
  return bio_text(text.get());
}

std::string serial_of(X509* certificate) {
  const BioHandle text(BIO_new(BIO_s_mem()));
  if (text == nullptr || i2a_ASN1_INTEGER(text.get(), X509_get0_serialNumber(certificate)) < 0) return {};
  return bio_text(text.get());
}

std::string fingerprint_of(X509* certificate) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (X509_digest(certificate, EVP_sha1(), digest.data(), &size) != 1) return {};
  std::string text;
  for (unsigned i = 0; i < size; ++i) {
    text += "0123456789abcdef"[digest[i] >> 4];
    text += "0123456789abcdef"[digest[i] & 15];
  }
  return text;
}

}  // namespace

bool lacks_only_a_known_ca(long error) {
  return error == X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT || error == X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN ||
         error == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY ||
         error == X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE;
}

void describe_client(X509* leaf, long verify_result, ClientCertificate& client) {
  if (verify_result == X509_V_OK) {
    client.verdict = ClientCertificate::Verdict::success;
  } else {
    client.verdict = ClientCertificate::Verdict::failed;
    client.failure = X509_verify_cert_error_string(verify_result);
    client.lacks_only_a_known_ca = lacks_only_a_known_ca(verify_result);
  }
  client.subject_dn = distinguished_name(X509_get_subject_name(leaf));
  client.issuer_dn = distinguished_name(X509_get_issuer_name(leaf));
  client.pem = pem_of(leaf);
  client.serial = serial_of(leaf);
  client.fingerprint = fingerprint_of(leaf);
}

std::string ClientCertificate::verify_text() const {
  switch (verdict) {
    case Verdict::success:
      return "SUCCESS";
    case Verdict::failed:
      return "FAILED:" + failure;
    case Verdict::not_asked:
    case Verdict::none:
      break;
  }
  return "NONE";
}

}  // namespace headgate::tls
