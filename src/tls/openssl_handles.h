// OpenSSL's objects as unique pointers, and OpenSSL's words for its last error.
#pragma once

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/ocsp.h>
#include <openssl/pkcs12.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <memory>
#include <string>
#include <string_view>

namespace headgate::tls {

template <auto Free>
struct FreeWith {
  template <typename T>
  void operator()(T* object) const {
    Free(object);
  }
};
template <typename T, auto Free>
using Handle = std::unique_ptr<T, FreeWith<Free>>;

inline void free_certificates(STACK_OF(X509) * stack) { sk_X509_pop_free(stack, X509_free); }
inline void free_names(STACK_OF(X509_NAME) * stack) { sk_X509_NAME_pop_free(stack, X509_NAME_free); }
inline void free_text(char* text) { OPENSSL_free(text); }

using BioHandle = Handle<BIO, BIO_free>;
using BignumHandle = Handle<BIGNUM, BN_free>;
using KeyHandle = Handle<EVP_PKEY, EVP_PKEY_free>;
using X509Handle = Handle<X509, X509_free>;
using X509ChainHandle = Handle<STACK_OF(X509), free_certificates>;
using NameListHandle = Handle<STACK_OF(X509_NAME), free_names>;
using NameHandle = Handle<X509_NAME, X509_NAME_free>;
using CrlHandle = Handle<X509_CRL, X509_CRL_free>;
using StoreHandle = Handle<X509_STORE, X509_STORE_free>;
using SslContextHandle = Handle<SSL_CTX, SSL_CTX_free>;
using SslHandle = Handle<SSL, SSL_free>;
using TextHandle = Handle<char, free_text>;

// What this thread's error queue says went wrong first, e.g. "no shared cipher"; empties the queue.
std::string take_openssl_error();

// A certificate's DER; null where OpenSSL does not take it. Leaves the error queue empty.
X509Handle parse_certificate(std::string_view der);

// What was written to a memory BIO.
std::string bio_text(BIO* bio);

}  // namespace headgate::tls
