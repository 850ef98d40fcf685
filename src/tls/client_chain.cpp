#include "tls/client_chain.h"

#include <openssl/err.h>
#include <openssl/x509_vfy.h>

#include <algorithm>
#include <vector>

#include "tls/openssl_handles.h"

namespace headgate::tls {
namespace {

constexpr long kMostBytes = 16L * 1024;  // of all certificates together
constexpr int kMostCertificates = 10;
// Of a session's certificate: with it a cached session has a few KiB.
constexpr int kMostKeptBytes = 4 * 1024;
// An RSA signature of 16384 bits, which OpenSSL would check, takes some milliseconds.
constexpr int kMostCaKeyBits = 4096;
constexpr int kMostLeafKeyBits = 8192;

bool has_key_within(X509* certificate, int most_bits) {
  const EVP_PKEY* const key = X509_get0_pubkey(certificate);
  return key == nullptr || EVP_PKEY_get_bits(key) <= most_bits;
}

// In place of X509_verify_cert(), which checks the signatures of whatever was sent. 0 ends the handshake.
int on_chain(X509_STORE_CTX* context, void*) {
  X509* const leaf = X509_STORE_CTX_get0_cert(context);
  // Its own signature is checked after this, whatever is said here.
  if (leaf != nullptr && !has_key_within(leaf, kMostLeafKeyBits)) {
    X509_STORE_CTX_set_error(context, X509_V_ERR_APPLICATION_VERIFICATION);
    return 0;
  }
  STACK_OF(X509)* const sent = X509_STORE_CTX_get0_untrusted(context);
  const int count = sk_X509_num(sent);
  if (count > kMostCertificates) {
    X509_STORE_CTX_set_error(context, X509_V_ERR_CERT_CHAIN_TOO_LONG);
    return 1;
  }
  for (int i = 0; i < count; ++i) {
    X509* const each = sk_X509_value(sent, i);
    if (each == leaf || has_key_within(each, kMostCaKeyBits)) continue;
    X509_STORE_CTX_set_error(context, X509_V_ERR_APPLICATION_VERIFICATION);
    return 1;
  }
  ERR_clear_error();  // keys that cannot be read
  return X509_verify_cert(context) < 0 ? 0 : 1;
}

// The session without the certificates that came beside the client's own; null: no memory.
SSL_SESSION* without_chain(const SSL_SESSION* session) {
  std::vector<unsigned char> encoded(
      static_cast<std::size_t>(std::max(i2d_SSL_SESSION(session, nullptr), 0)));
  unsigned char* out = encoded.data();
  if (encoded.empty() || i2d_SSL_SESSION(session, &out) <= 0) return nullptr;
  const unsigned char* in = encoded.data();
  return d2i_SSL_SESSION(nullptr, &in, static_cast<long>(encoded.size()));
}

// Called when OpenSSL has put `session` into the cache: whole, with all certificates that were sent, and
// whatever was found out about them.
int on_new_session(SSL* ssl, SSL_SESSION* session) {
  X509* const leaf = SSL_SESSION_get0_peer(session);
  if (leaf == nullptr) return 0;
  SSL_CTX* const context = SSL_get_SSL_CTX(ssl);
  SSL_CTX_remove_session(context, session);
  if (SSL_get_verify_result(ssl) != X509_V_OK || i2d_X509(leaf, nullptr) > kMostKeptBytes) return 0;
  if (SSL_SESSION* const kept = without_chain(session); kept != nullptr) {
    SSL_CTX_add_session(context, kept);
    SSL_SESSION_free(kept);
  }
  ERR_clear_error();
  return 0;
}

}  // namespace

void bound_client_chains(SSL_CTX* context) {
  SSL_CTX_set_max_cert_list(context, kMostBytes);
  SSL_CTX_set_cert_verify_callback(context, on_chain, nullptr);
  SSL_CTX_sess_set_new_cb(context, on_new_session);
}

}  // namespace headgate::tls
