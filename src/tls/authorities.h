// The CAs of a ca.crt, and how far away from them a certificate may stand: what certificates of clients and
// of pods are judged by.
#pragma once

#include <openssl/x509.h>

#include <string_view>

#include "base/result.h"

namespace headgate::tls {

// Adds each CA of a PEM text to `store`, and its subject to `names`, each once, unless that is null. Fails
// with one sentence that names the certificate by its number: one that cannot be used, more than 512, or none
// at all.
Result<void> add_authorities(std::string_view pem, X509_STORE* store, STACK_OF(X509_NAME) * names = nullptr);

// From 0 to 100 certificates may stand between one and its CA.
Result<void> check_depth(int depth);

}  // namespace headgate::tls
